"""Which constant, `require` and late method brings which module: read at start, so it imports none of them."""

from __future__ import annotations

CONSTANTS_OF = {
    "absent": "CSV Prime Matrix Vector REXML DRb WIN32OLE Win32 TSort Delegator SimpleDelegator Fiber Ractor"
    " Coverage Syslog RubyVM TracePoint Bundler",
    "base64": "Base64 Zlib",
    "bigdecimal": "BigDecimal BigMath",
    "cgi": "CGI",
    "date": "Date DateTime",
    "digest": "Digest",
    "dir": "Dir Find",
    "environ": "ENV",
    "erb": "ERB",
    "file": "File FileTest",
    "fileutils": "FileUtils Tempfile",
    "gem": "Gem",
    "ipaddr": "IPAddr",
    "jsons": "JSON",
    "logger": "Logger Log4r",
    "marshal": "Marshal",
    "network": "Net Resolv OpenURI TCPSocket TCPServer UDPSocket UNIXSocket IPSocket RestClient Excon WEBrick",
    "openssl": "OpenSSL",
    "openstruct": "OpenStruct",
    "options": "OptionParser OptParse GetoptLong",
    "pathname": "Pathname",
    "processes": "Process Open3 PTY Signal IO",
    "psych": "YAML Psych",
    "securerandom": "SecureRandom",
    "rational": "Rational",
    "set": "Set SortedSet",
    "shellwords": "Shellwords",
    "small": "Timeout Benchmark Singleton Forwardable SingleForwardable Observable English ObjectSpace GC I18n"
    " Monitor Thread Mutex Ripper Readline PP",
    "streams": "STDOUT STDERR STDIN",
    "stringio": "StringIO StringScanner",
    "struct": "Struct Data",
    "sockets": "Socket Addrinfo BasicSocket",
    "system": "Etc RbConfig RUBY_VERSION RUBY_PLATFORM RUBY_ENGINE RUBY_ENGINE_VERSION"
    " RUBY_PATCHLEVEL RUBY_RELEASE_DATE RUBY_COPYRIGHT RUBY_DESCRIPTION",
    "time": "Time",
    "uri": "URI",
}
REQUIRES_OF = {
    "": "enumerator thread rubygems rational complex fiber io/wait io/nonblock vagrant vagrant/util"
    " vagrant/util/platform vagrant/errors",
    "absent": "csv prime matrix rexml/document rexml drb tsort delegate coverage syslog bundler bundler/setup"
    " win32ole win32/registry objspace",
    "base64": "base64 zlib",
    "bigdecimal": "bigdecimal bigdecimal/util",
    "cgi": "cgi cgi/util cgi/escape",
    "date": "date",
    "dir": "find",
    "digest": "digest digest/md5 digest/sha1 digest/sha2 digest/sha256 digest/bubblebabble",
    "erb": "erb",
    "fileutils": "fileutils tempfile tmpdir un",
    "gem": "rubygems/version rubygems/requirement",
    "ipaddr": "ipaddr",
    "jsons": "json json/add/core",
    "logger": "logger log4r log4r/config",
    "network": "net/http net/https net/ssh net/scp net/sftp net/ftp net/smtp resolv resolv-replace open-uri"
    " rest-client excon webrick",
    "openssl": "openssl",
    "openstruct": "ostruct",
    "options": "optparse getoptlong optparse/time optparse/uri",
    "pathname": "pathname",
    "processes": "open3 pty expect mkmf",
    "psych": "yaml psych",
    "securerandom": "securerandom",
    "set": "set",
    "shellwords": "shellwords",
    "small": "timeout benchmark singleton forwardable observer English i18n monitor pp abbrev readline reline"
    " ripper mutex_m",
    "streams": "io/console",
    "stringio": "stringio strscan",
    "sockets": "socket",
    "system": "etc rbconfig",
    "time": "time",
    "uri": "uri uri/http",
}
LATE_OF = {
    "bigdecimal": "BigDecimal to_d to_digits",
    "date": "to_date to_datetime",
    "file": "open",
    "jsons": "to_json JSON",
    "pathname": "Pathname",
    "processes": "find_executable system exec spawn",
    "psych": "to_yaml",
    "rational": "Rational to_r rationalize quo",
    "set": "to_set",
    "shellwords": "shellescape shellsplit shelljoin",
    "small": "pp pretty_inspect timeout",
    "uri": "URI",
}


def table(modules: dict[str, str]) -> dict[str, str]:
    """Name → module."""
    return {name: module for module, names in modules.items() for name in names.split()}


STD = table(CONSTANTS_OF)
"""Top-level constant → module below `library.std` that enters it."""
REQUIRES = table(REQUIRES_OF)
"""Name that `require` knows → module to import, or "" where there is nothing to do."""
LATE = table(LATE_OF)
"""Method of a class of core → module that enters it (`to_json`): looked at when nothing else answers."""
