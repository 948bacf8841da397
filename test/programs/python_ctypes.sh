# python3 ctypes: calls into the C library, structures, callbacks, memory maps, errno.
exec python3 - <<'END'
import ctypes, ctypes.util, errno, mmap, os
libc = ctypes.CDLL(None, use_errno=True)
print(libc.strlen(b"four"), libc.abs(-5), libc.getpid() == os.getpid())
libc.strtod.restype = ctypes.c_double
print(libc.strtod(b"2.5", None))
compare = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_int))
array = (ctypes.c_int * 6)(5, 1, 4, 2, 3, 0)
libc.qsort(array, 6, 4, compare(lambda a, b: a[0] - b[0]))
print(list(array))
class Timespec(ctypes.Structure):
    _fields_ = [("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long)]
now = Timespec()
print(libc.clock_gettime(1, ctypes.byref(now)), now.seconds > 0)
print(libc.open(b"/missing", 0), errno.errorcode[ctypes.get_errno()])
buffer = ctypes.create_string_buffer(32)
libc.snprintf(buffer, 32, b"%d-%s", 42, b"text")
print(buffer.value)
libm = ctypes.CDLL(ctypes.util.find_library("m"))
libm.cos.restype, libm.cos.argtypes = ctypes.c_double, [ctypes.c_double]
print(libm.cos(0.0))
with mmap.mmap(-1, 8192) as memory:
    memory[0:5] = b"hello"
    print(memory[0:5], memory.find(b"lo"), len(memory))
    pid = os.fork()
    if pid == 0:
        memory[0:5] = b"child"
        os._exit(0)
    os.waitpid(pid, 0)
    print(memory[0:5])
print(ctypes.string_at(b"bytes\0more", 10), ctypes.sizeof(Timespec))
END
