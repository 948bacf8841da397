// The auxiliary vector names page size, entry, program headers, user and random bytes; getauxval(3).
#include "../check.h"
#include <elf.h>
#include <sys/auxv.h>

int main(void) {
  SHOW(getauxval(AT_PAGESZ));
  SHOW(getauxval(AT_CLKTCK));
  SHOW(getauxval(AT_PHENT) == sizeof(Elf64_Phdr));
  SHOW(getauxval(AT_PHNUM) > 3);
  Elf64_Phdr *header = (Elf64_Phdr *)getauxval(AT_PHDR);
  SHOW(header[0].p_type == PT_PHDR);
  SHOW(getauxval(AT_UID));
  SHOW(getauxval(AT_EGID));
  SHOW(getauxval(AT_SECURE));
  SHOW(getauxval(AT_BASE) != 0);
  SHOW(getauxval(AT_ENTRY) != 0);
  SHOW(getauxval(AT_RANDOM) != 0);
  SHOW_STRING((char *)getauxval(AT_PLATFORM));
  SHOW(strstr((char *)getauxval(AT_EXECFN), "/") != NULL);
  Elf64_Ehdr *vdso = (Elf64_Ehdr *)getauxval(AT_SYSINFO_EHDR);
  SHOW(vdso == NULL || memcmp(vdso->e_ident, ELFMAG, SELFMAG) == 0);
  return 0;
}
