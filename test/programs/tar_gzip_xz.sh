# tar, gzip, bzip2 and xz: archives keep contents, modes, times and links; streams survive a round trip.
set -eu
umask 022
mkdir -p src/sub; seq 20000 >src/numbers; head -c 200000 /dev/zero >src/zeroes; ln -s numbers src/link; ln src/numbers src/hard; echo run >src/sub/run; chmod 750 src/sub/run
find src -exec touch -h -d '2010-01-01 00:00:00 UTC' {} +
tar -cf plain.tar --sort=name --owner=7 --group=8 --numeric-owner src; TZ=UTC tar -tvf plain.tar; sha256sum <plain.tar
gzip -nk plain.tar; xz -k plain.tar; bzip2 -k plain.tar
gzip -t plain.tar.gz; xz -t plain.tar.xz
for f in plain.tar.gz plain.tar.xz plain.tar.bz2; do mkdir out; tar -xf $f -C out; diff -r src out/src && TZ=UTC stat -c '%a %y %N' out/src/sub/run out/src/link | sed 's/2010-01-01 00:00:00/then/'; rm -r out; done
zcat plain.tar.gz | cmp - plain.tar; xz -dc plain.tar.xz | md5sum; gunzip -c plain.tar.gz | wc -c
tar -czf - -C src . | tar -tzf - | sort; tar --delete -f plain.tar src/zeroes; tar -tf plain.tar | wc -l
tar -xOf plain.tar src/sub/run; tar -rf plain.tar --transform 's/sub/renamed/' src/sub/run; tar -tf plain.tar | tail -1
seq 100000 | gzip -9 | gzip -d | tail -1; seq 100000 | xz -T2 -1 | xz -d | tail -1; seq 1000 | gzip -l >/dev/null 2>&1 || true
printf broken | gzip -d 2>/dev/null || echo "status $?"
