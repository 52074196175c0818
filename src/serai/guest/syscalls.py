"""System calls for a guest that wakes up, made by a program that was started before the guest was kept.

Starting a program costs a guest under emulation up to 150 ms, since nothing of it is translated yet; a system call
costs nothing that one could measure. So a program of 90 bytes waits for records at its stdin, one a call, and does
them in turn, until one fails or there are no more. A record holds the number of the call, its arguments and what
these point to; only a guest's own shell writes them. A guest that is not x86-64 starts the usual programs.
Source: elf(5); syscall(2), x86-64; Linux, arch/x86/entry/syscalls/syscall_64.tbl; netdevice(7), SIOCSIFHWADDR;
random(4), RNDRESEEDCRNG; clock_settime(2).
"""

from __future__ import annotations

import struct

WRITE, OPEN, IOCTL, SOCKET, EXIT = 1, 2, 16, 41, 60
GETPID, TRUNCATE, FTRUNCATE, RENAME, UNLINK, SYMLINK = 39, 76, 77, 82, 87, 88
SYNC, SETHOSTNAME, CLOCK_SETTIME = 162, 170, 227
RNDRESEEDCRNG, SIOCSIFHWADDR = 0x5207, 0x8924
SIZE = 192
"""Bytes of a record."""
_HEADER = struct.Struct("<QQQQQ")
"""The call's number and four arguments."""
_TIME = struct.Struct("<qq")
"""struct timespec: seconds and nanoseconds."""
_CODE_AT, _RECORD_AT = 0x400000, 0x600000
"""Addresses in the program's memory."""
_NAME_BYTES = 16
"""Of a network card: IFNAMSIZ."""
_ETHER = b"\1\0"
"""ARPHRD_ETHER, the family of a hardware address."""
ANSWER = b"ok\n"
_RANDOM, _SOCKET, NEXT = 3, 4, 5
"""Descriptors: a program that has three gets these next."""


def program() -> bytes:
    """An x86-64 executable. It exits with 0 when its stdin ends between two records, else with something else."""
    load = b"".join(
        [
            b"\xbe" + struct.pack("<I", _RECORD_AT),  # mov esi, the record
            b"\x48\x8b\x06",  # mov rax, [rsi]
            b"\x48\x8b\x7e\x08",  # mov rdi, [rsi + 8]
            b"\x48\x8b\x56\x18",  # mov rdx, [rsi + 24]
            b"\x4c\x8b\x56\x20",  # mov r10, [rsi + 32]
            b"\x48\x8b\x76\x10",  # mov rsi, [rsi + 16]
            b"\x0f\x05",  # syscall
            b"\x48\x85\xc0",  # test rax, rax
        ]
    )
    read = b"".join(
        [
            b"\x31\xc0\x31\xff",  # xor eax, eax; xor edi, edi: read of stdin
            b"\x48\x8d\xb3" + struct.pack("<I", _RECORD_AT),  # lea rsi, [rbx + the record]
            b"\xba" + struct.pack("<I", SIZE),  # mov edx
            b"\x29\xda",  # sub edx, ebx
            b"\x0f\x05",  # syscall
            b"\x85\xc0",  # test eax, eax
        ]
    )
    whole = b"\x01\xc3\x81\xfb" + struct.pack("<I", SIZE)  # add ebx, eax; cmp ebx, a record
    jump = 2  # bytes
    again = -(len(read) + jump + len(whole) + jump)
    first = -(2 + -again + len(load) + jump)
    code = b"".join(
        [
            b"\x31\xdb",  # xor ebx, ebx: so much has been read
            read,
            b"\x7e" + struct.pack("<b", len(whole) + jump + len(load) + jump + 5),  # jle: the end
            whole,
            b"\x72" + struct.pack("<b", again),  # jb: read on
            load,
            b"\x79" + struct.pack("<b", first),  # jns: the next record
            b"\xbb" + struct.pack("<I", 1),  # mov ebx, 1: a call has failed
            b"\x89\xdf\xb8" + struct.pack("<I", EXIT) + b"\x0f\x05",  # mov edi, ebx; exit
        ]
    )
    headers = 64 + 2 * 56
    identity = b"\x7fELF\x02\x01\x01" + bytes(9)
    entry = _CODE_AT + headers
    header = struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, entry, 64, 0, 0, 64, 56, 2, 0, 0, 0)
    size = headers + len(code)
    runs = struct.pack("<IIQQQQQQ", 1, 5, 0, _CODE_AT, _CODE_AT, size, size, 0x1000)
    writable = struct.pack("<IIQQQQQQ", 1, 6, 0, _RECORD_AT, _RECORD_AT, 0, SIZE, 0x1000)
    return identity + header + runs + writable + code


def record(number: int, *arguments: int | bytes) -> bytes:
    """One call; an argument of bytes is a pointer to them. Raises ValueError for more than a record holds."""
    values, data = [], b""
    for argument in arguments:
        if isinstance(argument, bytes):
            values.append(_RECORD_AT + _HEADER.size + len(data))
            data += argument
        else:
            values.append(argument)
    if len(values) > 4 or _HEADER.size + len(data) > SIZE:
        raise ValueError(f"system call {number} does not fit into a record")
    return (_HEADER.pack(number, *values, *[0] * (4 - len(values))) + data).ljust(SIZE, b"\0")


def octal(data: bytes) -> str:
    """In the form of a format of printf(1)."""
    return "".join(f"\\{byte:03o}" for byte in data)


def answer() -> bytes:
    """It says that all before was done."""
    return record(WRITE, 1, ANSWER, len(ANSWER))


def reseeded(seed: bytes = b"") -> bytes:
    """From now on random numbers are drawn from what was stirred in, too: the seed, and what others wrote.

    The first of all records. It leaves a socket for cards.
    """
    stirred = record(WRITE, _RANDOM, seed, len(seed)) if seed else b""
    opened = record(OPEN, b"/dev/urandom\0", 1) + stirred
    return opened + record(IOCTL, _RANDOM, RNDRESEEDCRNG) + record(SOCKET, 2, 2, 0)


def clock(now: float) -> bytes:
    """Seconds of Unix time."""
    return record(CLOCK_SETTIME, 0, _TIME.pack(int(now), int(now % 1 * 1e9)))


def moved(directory: str, old: str, new: str, link: str) -> bytes:
    """`old` in a directory is called `new`, and the symbolic link points to it."""
    before, after, name = (f"{path}\0".encode() for path in (f"{directory}/{old}", f"{directory}/{new}", link))
    return record(RENAME, before, after) + record(UNLINK, name) + record(SYMLINK, after, name)


def nothing() -> bytes:
    """Its answer says that the program runs."""
    return record(GETPID)


def said(line: str) -> bytes:
    """A line on its stdout."""
    text = f"{line}\n".encode()
    return record(WRITE, 1, text, len(text))


def placed(handle: int, file: str, text: bytes, size: int) -> bytes:
    """The text in place of the `size` bytes of a file that is there. `handle`: the next free descriptor."""
    most = SIZE - _HEADER.size
    found = record(OPEN, f"{file}\0".encode(), 1)
    for at in range(0, len(text), most):
        part = text[at : at + most]
        found += record(WRITE, handle, part, len(part))
    return found + (record(FTRUNCATE, handle, len(text)) if len(text) < size else b"")


def named(name: str) -> bytes:
    """What the kernel calls the machine."""
    return record(SETHOSTNAME, name.encode(), len(name.encode()))


def has_mac(nic: str, mac: str) -> bytes:
    request = nic.encode().ljust(_NAME_BYTES, b"\0") + _ETHER + bytes.fromhex(mac.replace(":", ""))
    return record(IOCTL, _SOCKET, SIOCSIFHWADDR, request)


def ended() -> bytes:
    return record(EXIT, 0)


def bytes_of(text: str) -> bytes:
    """What `octal` made a text of."""
    return bytes(int(digits, 8) for digits in text.split("\\")[1:])


def cut(file: str, size: int) -> bytes:
    """The file ends after `size` bytes."""
    return record(TRUNCATE, f"{file}\0".encode(), size)


def synced() -> bytes:
    return record(SYNC)


def card() -> tuple[str, str]:
    """A card gets another MAC: what comes before its name, filled up with zeros, and what after, in octal."""
    request = bytes(_NAME_BYTES) + _ETHER + bytes(6)
    whole = octal(record(IOCTL, _SOCKET, SIOCSIFHWADDR, request))
    start = 4 * _HEADER.size
    return whole[:start], whole[start + 4 * len(request) :]


def address(mac: str) -> str:
    """What stands between these two after the name."""
    return octal(_ETHER + bytes.fromhex(mac.replace(":", "")))


def script() -> str:
    """`caller FILE` makes the program, `start_caller` starts it, `call RECORDS` has it make calls.

    `start_caller` waits until it runs: a program whose start was not over yet would start in every child anew.
    `call` fails where one of them fails, or nothing makes them; then all later ones do. `set_mac NIC OCTAL`.
    """
    head, tail = card()
    return rf"""
caller= calling=
caller() {{
  [ "$(uname -m)" = x86_64 ] || return 0
  caller=$1; printf '{octal(program())}' >"$caller"; chmod 700 "$caller"
}}
start_caller() {{
  [ -n "$caller" ] && mkfifo -m 600 "$caller.in" "$caller.out" || return 0
  exec 4<>"$caller.in" 6<>"$caller.out"  # open for both, so that nobody waits for the other end
  "$caller" <"$caller.in" >"$caller.out" 2>/dev/null 3>&- 4>&- 6>&- & calling=$!
  exec 5<"$caller.out" 6>&-
  call "{octal(nothing())}" || :
}}
call() {{
  [ -n "$calling" ] && [ -n "$1" ] || return 1
  reply=
  if printf "$1{octal(answer())}" >&4 && read -r reply <&5; then return 0; fi
  calling=; return 1
}}
set_mac() {{
  case $1 in *[%\\]*) return 1 ;; esac
  zeros= n=${{#1}}
  while [ $n -lt {_NAME_BYTES} ]; do zeros="$zeros\\000" n=$((n + 1)); done
  call "{head}$1$zeros$2{tail}"
}}
"""
