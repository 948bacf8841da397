// getrandom() fills the buffer, differently each time, and rejects unknown flags; getrandom(2).
#include "../check.h"
#include <sys/random.h>

int main(void) {
  unsigned char one[256], two[256];
  SHOW(getrandom(one, sizeof one, 0));
  SHOW(getrandom(two, sizeof two, GRND_NONBLOCK));
  SHOW(memcmp(one, two, sizeof one) != 0);
  int ones = 0;
  for (int i = 0; i < 256; i++) ones += __builtin_popcount(one[i]);
  SHOW(ones > 800 && ones < 1250);
  SHOW(getrandom(one, 0, 0));
  SHOW(getrandom(one, 8, GRND_RANDOM));
  SHOW(getrandom(one, 8, 0x100));
  SHOW(getrandom(one, 8, GRND_RANDOM | GRND_INSECURE));
  return 0;
}
