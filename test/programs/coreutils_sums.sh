# Checksums of coreutils agree with their known values, and check lists.
set -eu
printf 'The quick brown fox jumps over the lazy dog' >fox
for tool in md5sum sha1sum sha224sum sha256sum sha384sum sha512sum b2sum cksum sum; do "$tool" fox; done
sha256sum fox >list; sha256sum -c list
echo tampered >>fox; sha256sum -c list 2>/dev/null || echo "status $?"
head -c 1000000 /dev/zero | sha256sum
seq 100000 | md5sum
