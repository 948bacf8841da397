# make -j2: dependencies, parallel jobs, pattern rules, incremental builds, failures.
cat >Makefile <<'END'
PARTS := $(shell seq 1 6)
all: program
program: $(PARTS:%=part%.o) main.o
	gcc -o $@ $^
%.o: %.c
	@gcc -O1 -c -o $@ $<
part%.c:
	@echo 'int part$*(void) { return $*; }' >$@
main.c: Makefile
	@(for i in $(PARTS); do echo "int part$$i(void);"; done; echo '#include <stdio.h>'; echo 'int main(void) { printf("%d", 0'; for i in $(PARTS); do echo " + part$$i()"; done; echo '); putchar(10); return 0; }') >$@
fail: ; @exit 3
many: $(addprefix job,$(shell seq 1 20))
job%: ; @sleep 0.01; echo $* >>done
.PHONY: all fail many
.SECONDARY:
END
make -s -j2 && ./program
make -j2 | grep -c 'Nothing to be done'
sleep 1; touch part3.c; make -s -j2 -n | wc -l; make -s -j2 && ./program
make -s -j2 many && sort -n done | tr '\n' ' '; echo
make -s fail 2>/dev/null; echo "status $?"
make -s -j2 -k fail many 2>/dev/null; echo "status $?"; wc -l <done
