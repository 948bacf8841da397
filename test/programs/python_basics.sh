# python3: big numbers, json, regular expressions, files, dates, hashes, compression, exceptions, exit codes.
exec python3 - <<'END'
import collections, datetime, decimal, hashlib, itertools, json, lzma, bz2, os, random, re, struct, sys, tempfile, zlib
print(2 ** 200 % 10 ** 30, sum(range(10 ** 6)))
print(json.dumps({"b": [1, 2.5, None], "a": "é"}, sort_keys=True), json.loads("[1, 2]"))
print(re.sub(r"(\w+)@(\w+)", r"\2 at \1", "user@host"), collections.Counter("mississippi").most_common(2))
print(hashlib.sha256(b"x" * 1000000).hexdigest(), hashlib.blake2b(b"").hexdigest()[:16])
data = bytes(range(256)) * 1000
for module in (zlib, bz2, lzma):
    assert module.decompress(module.compress(data)) == data
with tempfile.TemporaryDirectory() as directory:
    path = os.path.join(directory, "file")
    with open(path, "w") as f:
        f.writelines(f"{i}\n" for i in range(1000))
    print(os.path.getsize(path), sum(map(int, open(path))), os.listdir(directory))
    os.truncate(path, 10)
    os.rename(path, path + "2")
    print(open(path + "2").read().split())
random.seed(42)
print([random.randrange(100) for _ in range(5)], decimal.Decimal(1) / 7, struct.pack(">I", 258))
print(datetime.datetime.fromtimestamp(0, datetime.timezone.utc), list(itertools.permutations("abc"))[3])
try:
    open("/missing")
except FileNotFoundError as error:
    print(error.errno, error.strerror)
print(os.getpid() > 0, os.path.exists("/proc/self/status"), len(os.urandom(16)), sys.byteorder)
sys.exit(3)
END
