# gcc compiles, assembles, links and runs C: several files, a static and a shared library, optimised and debug builds.
set -eu
cat >main.c <<'END'
#include <stdio.h>
#include <stdlib.h>
#include <math.h>
int square(int); int twice(int);
int main(int argc, char **argv) {
  printf("%d %d %.4f %d\n", square(7), twice(21), sqrt(2), argc);
  return atoi(argv[1]);
}
END
echo 'int square(int x) { return x * x; }' >square.c
echo 'int twice(int x) { return x + x; }' >twice.c
gcc -O2 -c square.c && ar rcs libsquare.a square.o && nm libsquare.a | grep -c ' T square'
gcc -O2 -fPIC -shared -o libtwice.so twice.c
gcc -O2 -g -Wall -o program main.c -L. -lsquare -ltwice -lm -Wl,-rpath,"$PWD"
./program 5 || echo "status $?"
gcc -static -O1 -o static main.c square.c twice.c -lm; ./static 6 || echo "status $?"
gcc -no-pie -O0 -o nopie main.c square.c twice.c -lm; ./nopie 0
gcc -S -O1 -o - square.c | grep -c imul; echo '__LINE__' | gcc -E -P -
printf 'int main(void) { return undeclared; }' >bad.c; gcc bad.c 2>/dev/null || echo "compile error $?"
file program | grep -o 'ELF 64-bit' || readelf -h program | grep -o ELF64; strip program && ./program 0; size static | wc -l
