# Runs Vagrantfiles for serai: what they say to `config` is told to serai, a line of JSON each, and answered.
#
# serai keeps the configuration, this side the blocks. Both ask in turn over two pipes: serai says run or call, and
# while a file or a block runs this side says send; a block that the answer to that needs is called in between.
# Containers and strings have a number, by which both sides know them again; changes in place are told at the end
# of each run and call.
require "json"
require "monitor"

module SeraiRecorder
  HERE = File.expand_path(__FILE__)
  PLACE = /\A(.+?):(\d+)(?::|\z)/
  CONVERSIONS = %i[to_ary to_str to_hash to_proc to_io to_path to_int to_sym to_regexp to_open].freeze
  KEPT = %i[
    __send__ __id__ object_id instance_eval instance_exec tap then yield_self nil? is_a? kind_of? instance_of?
    respond_to? class send public_send == != equal? eql? ! === =~ !~ hash inspect to_s method_missing itself
    instance_variable_get instance_variable_set instance_variable_defined? instance_variables singleton_class
    define_singleton_method freeze frozen? dup clone extend display method methods
  ].freeze

  # What is there in Vagrant without a require. Loaded when it is named.
  LIBRARY = {
    base64: %i[Base64], benchmark: %i[Benchmark], date: %i[Date DateTime], delegate: %i[SimpleDelegator],
    digest: %i[Digest], erb: %i[ERB], etc: %i[Etc], fileutils: %i[FileUtils], forwardable: %i[Forwardable],
    ipaddr: %i[IPAddr], logger: %i[Logger], "net/http": %i[Net], open3: %i[Open3], openssl: %i[OpenSSL],
    optparse: %i[OptionParser], ostruct: %i[OpenStruct], pathname: %i[Pathname], securerandom: %i[SecureRandom],
    set: %i[Set], shellwords: %i[Shellwords], singleton: %i[Singleton], stringio: %i[StringIO],
    socket: %i[Socket TCPSocket TCPServer], tempfile: %i[Tempfile], timeout: %i[Timeout], uri: %i[URI],
    yaml: %i[YAML Psych], zlib: %i[Zlib]
  }.freeze

  # Stands for an object of serai's.
  class Host
    (instance_methods - KEPT).each { |name| undef_method(name) }

    def initialize(number)
      @serai_number = number
    end

    def method_missing(name, *args, &block)
      super if CONVERSIONS.include?(name)
      SeraiRecorder.send_host(@serai_number, name, args, block)
    end

    def respond_to_missing?(name, _private = false)
      !CONVERSIONS.include?(name) && SeraiRecorder.ask(responds: @serai_number, name: name)
    end

    def to_s
      "#<#{self.class.name}>"
    end
    alias inspect to_s
  end

  class << self
    def start(source, sink)
      @in = IO.for_fd(source, "r", encoding: "UTF-8")
      @out = IO.for_fd(sink, "w", encoding: "UTF-8")
      [@in, @out].each { |pipe| pipe.close_on_exec = true }
      @out.sync = $stdout.sync = $stderr.sync = true
      @pid = Process.pid
      @lock = Monitor.new
      @objects = {} # number => object
      @numbers = {}.compare_by_identity
      @before = {} # number => what it was when serai was last told
      @hosts = {}
      @classes = {}
      @errors = []
      @last = 0
      settle(hear)
      @environ = ENV.to_h
      while (said = hear)
        serve(said)
      end
    end

    def settle(said)
      said["limits"].each { |name, most| Process.setrlimit(name, most, most) }
      trap("XFSZ", "IGNORE") # a file that grows too large is an error with a line
      @project = said["project"]
      ARGV.replace(said["argv"])
      $0 = "vagrant"
      Dir.chdir(said["cwd"])
      said["modules"].each { |about| make_module(about) }
      make_insides
      LIBRARY.each { |file, names| names.each { |name| Object.autoload(name, file.to_s) } }
    end

    # The pipes

    def hear
      line = @in.gets
      line && JSON.parse(line, max_nesting: false)
    end

    def hear_on
      hear || exit!(1) # serai has gone
    end

    def tell(message)
      @out.write(JSON.generate(message, max_nesting: 0), "\n")
    end

    def ask(message)
      raise "a process of its own has nothing to say to config" unless Process.pid == @pid

      @lock.synchronize do
        tell(message.merge(at: place(caller(2, 40))))
        loop do
          said = hear_on
          return decoded(said["ok"]) if said.key?("ok")

          fail_as(said) if said.key?("raise")
          serve(said)
        end
      end
    end

    def send_host(number, name, args, block)
      ask(send: number, name: name, args: args.map { |item| encoded(item) }, block: block && encoded(block))
    end

    def send_module(path, name, args, block)
      ask(module: path, name: name, args: args.map { |item| encoded(item) }, block: block && encoded(block))
    end

    # Running what serai wants run. A block that is left by break or throw ends what it was called for, too.
    def serve(said)
      ended = false
      begin
        said.key?("run") ? run(said["run"], said["text"]) : call(said)
        answer = { done: true }.merge(changes)
        ended = true
      rescue Exception => e # serai decides what becomes of it
        answer = failure(e).merge(changes)
        ended = true
      ensure
        unless ended
          tell({ jumped: true }.merge(changes))
          nil until hear_on.key?("unwound")
        end
      end
      tell(answer)
    end

    def call(said)
      @objects.fetch(said["call"]).call(*said["args"].map { |item| decoded(item) })
    end

    def run(path, text)
      File.readable?(path) ? load(path) : eval(text, TOPLEVEL_BINDING.dup, path, 1)
    end

    # Errors

    def failure(error)
      @errors << error
      said = error.message.to_s
      trace = error.is_a?(SyntaxError) ? [said, *error.backtrace] : error.backtrace || []
      said = said.sub(PLACE, "").strip if error.is_a?(SyntaxError)
      { error: @errors.size - 1, kind: error.class.name || "StandardError", message: text(said), at: place(trace) }
    end

    def fail_as(said)
      raise @errors[said["raise"]] if said["raise"]

      kind = Object.const_get(said["kind"]) if Object.const_defined?(said["kind"])
      raise (kind.is_a?(Class) && kind <= Exception ? kind : StandardError), said["message"]
    end

    # The line of the project that is running, else the first that is not this file's.
    def place(lines)
      lines = lines.grep(PLACE).map { |line| [Regexp.last_match(1), Regexp.last_match(2).to_i] if line =~ PLACE }
      lines = lines.compact.reject { |path, _| path == HERE || path.start_with?("<internal:") }
      lines.find { |path, _| path.start_with?(@project) } || lines.first
    end

    # Values

    def number_of(value)
      @numbers[value] || keep(@last += 1, value)
    end

    def keep(number, value)
      @objects[number] = value
      @numbers[value] = number
      number
    end

    def noted(value)
      number = number_of(value)
      @before[number] = value.dup
      number
    end

    def text(value)
      value.encode("UTF-8", invalid: :replace, undef: :replace).scrub
    end

    def encoded(value, inside = [])
      case value
      when nil, true, false, Integer then value
      when Float then value.finite? ? value : ["f", value.to_s]
      when String then ["s", value.frozen? ? 0 : noted(value), text(value)]
      when Symbol then ["y", text(value.to_s)]
      when Array, Hash then container(value, inside)
      when Range then ["r", encoded(value.begin), encoded(value.end), value.exclude_end?]
      when Regexp then ["x", text(value.source), letters(value.options)]
      when Proc, Method then ["p", number_of(value), value.arity, value.lambda?]
      when Host then ["o", value.instance_variable_get(:@serai_number)]
      when Module then ["m", value.name || "Object"]
      else ["t", number_of(value), value.class.name || "Object", text(value.to_s)]
      end
    end

    def container(value, inside)
      return ["=", number_of(value)] if inside.any? { |outer| outer.equal?(value) }

      inside += [value]
      number = noted(value)
      return ["a", number, value.map { |item| encoded(item, inside) }] if value.is_a?(Array)

      ["h", number, value.map { |key, item| [encoded(key, inside), encoded(item, inside)] }]
    end

    def letters(options)
      { Regexp::IGNORECASE => "i", Regexp::MULTILINE => "m", Regexp::EXTENDED => "x" }
        .select { |bit, _| options.anybits?(bit) }.values.join
    end

    def decoded(value)
      return value unless value.is_a?(Array)

      kind, first, second = value
      case kind
      when "=" then @objects.fetch(first)
      when "f" then { "NaN" => Float::NAN, "Infinity" => Float::INFINITY, "-Infinity" => -Float::INFINITY }[first]
      when "s" then made(first, second.dup)
      when "y" then first.to_sym
      when "a" then made(first, second.map { |item| decoded(item) })
      when "h" then made(first, second.to_h { |key, item| [decoded(key), decoded(item)] })
      when "r" then Range.new(decoded(first), decoded(second), value[3])
      when "x" then Regexp.new(first, second)
      when "o" then @hosts[first] ||= class_of(second).new(first)
      when "m" then Object.const_get(first)
      end
    end

    def made(number, value)
      keep(number, value)
      @before[number] = value.dup
      value
    end

    def class_of(name)
      @classes[name] ||= Class.new(Host) { define_singleton_method(:name) { name } }
    end

    # What has been changed in place since serai was told, and in ENV.
    def changes
      changed = @before.to_a.filter_map do |number, before|
        value = @objects[number]
        encoded(value) unless same?(before, value)
      end
      { changed: changed, environ: changes_of_environ }
    end

    def same?(before, value)
      return before == value if value.is_a?(String)
      return false unless before.size == value.size

      before.to_a.flatten(1).zip(value.to_a.flatten(1)).all? { |one, other| one.equal?(other) || one == other }
    end

    def changes_of_environ
      now = ENV.to_h
      return {} if now == @environ

      told = now.reject { |name, value| @environ[name] == value }
      (@environ.keys - now.keys).each { |name| told[name] = nil }
      @environ = now
      told
    end

    # The modules that a Vagrantfile finds

    def make_module(about)
      path, is_class, parent, methods, constants = about.values_at("path", "class", "parent", "methods", "constants")
      outer, _, name = path.rpartition("::")
      outer = outer.empty? ? Object : Object.const_get(outer)
      made = is_class ? Class.new(parent ? Object.const_get(parent) : Object) : Module.new
      outer.const_set(name, made)
      methods.each do |method|
        made.define_singleton_method(method) { |*args, &block| SeraiRecorder.send_module(path, method, args, block) }
      end
      constants.each { |constant, value| made.const_set(constant, value.freeze) }
    end

    # These look at what is there: a real Ruby may.
    def make_insides
      Gem.loaded_specs["vagrant"] ||= Gem::Specification.new("vagrant", Vagrant::VERSION)
      Vagrant::Util::Which.define_singleton_method(:which) do |program, **|
        ENV.fetch("PATH", "").split(File::PATH_SEPARATOR).map { |folder| File.join(folder, program) }
           .find { |path| File.file?(path) && File.executable?(path) }
      end
      result = Struct.new(:exit_code, :stdout, :stderr)
      Vagrant::Util::Subprocess.define_singleton_method(:execute) do |*words|
        require "open3"
        words.pop if words.last.is_a?(Hash)
        out, err, status = Open3.capture3(*words)
        result.new(status.exitstatus || 1, out, err)
      end
    end
  end
end

SeraiRecorder.start(Integer(ARGV[0]), Integer(ARGV[1]))
