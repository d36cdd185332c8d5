# SPDX-License-Identifier: GPL-2.0
# vrouter: kernel module, XDP programs and vrctl. "make help" says what there is.

VERSION	:= $(shell sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)
PREFIX	?= /usr/local
B	:= build

CC		= gcc
BPF_CLANG	?= clang
BPFTOOL		?= $(or $(shell command -v bpftool),/usr/sbin/bpftool)
PKG_CONFIG	?= pkg-config

.PHONY: all modules modules_install vrctl bpf net-tests install dkms-install setup demo \
	test test-debug bench check generate clean help
.DELETE_ON_ERROR:

all: vrctl bpf modules net-tests

# The module: for KDIR if it is given, else for each kernel under test
ifdef KDIR
kdirs = $(KDIR)
else
kdirs = $(or $(shell scripts/kernels.sh | cut -d' ' -f4),$(error no kernels))
endif

modules:
	@set -e; for k in $(kdirs); do CC=$(CC) scripts/build-module.sh $$k; done

modules_install: KDIR ?= /lib/modules/$(shell uname -r)/build
modules_install:
	CC=$(CC) scripts/build-module.sh $(KDIR) modules_install

# The XDP programs: one object, and the skeleton by which vrctl carries it
bpf: $(B)/bpf/vrouter.bpf.o

BPF_CFLAGS = -target bpf -O2 -g -Wall -Werror -Iinclude -Iinclude/uapi \
	-idirafter /usr/include/$(shell gcc -print-multiarch)

$(B)/bpf/vrouter.bpf.o: bpf/vrouter.bpf.c
	@mkdir -p $(@D)
	$(BPF_CLANG) $(BPF_CFLAGS) -MMD -MP -c $< -o $@

$(B)/bpf/vrouter.skel.h: $(B)/bpf/vrouter.bpf.o
	$(BPFTOOL) gen skeleton $< name vrouter_bpf > $@

# vrctl
vrctl: $(B)/vrctl

libs	:= libmnl libbpf jansson
CFLAGS	?= -O2 -g
VRCTL_CFLAGS = -std=gnu11 -Wall -Wextra -Werror -D_GNU_SOURCE \
	-DVROUTER_VERSION='"$(VERSION)"' -Iinclude -Iinclude/uapi -I$(B)/bpf \
	$(shell $(PKG_CONFIG) --cflags $(libs))

vrctl-objs := $(patsubst userspace/%.c,$(B)/userspace/%.o,$(sort $(wildcard userspace/*.c)))

$(B)/vrctl: $(vrctl-objs)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(shell $(PKG_CONFIG) --libs $(libs))

$(B)/userspace/%.o: userspace/%.c | $(B)/bpf/vrouter.skel.h
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(VRCTL_CFLAGS) -MMD -MP -c $< -o $@

-include $(B)/bpf/vrouter.bpf.d $(vrctl-objs:.o=.d)

# What the scenarios use in virtual machines, where building would be slow
net-tests:
	@$(MAKE) --no-print-directory -C selftests/net all

install: vrctl
	install -D -m 755 $(B)/vrctl $(DESTDIR)$(PREFIX)/sbin/vrctl
	install -D -m 644 Documentation/man/vrctl.8 \
		$(DESTDIR)$(PREFIX)/share/man/man8/vrctl.8

dkms-install:
	scripts/dkms-install.sh

setup:
	scripts/setup.sh

demo:
	scripts/demo.sh

test:
	scripts/test.sh

test-debug:
	scripts/test.sh debug

bench:
	scripts/bench.sh $(BENCH)

check:
	scripts/check.sh

generate:
	scripts/ynl-gen.sh

clean:
	rm -rf $(B)

help:
	@echo 'make              build vrctl, the XDP programs and the module for each'
	@echo '                  kernel under test, all in $(B)/'
	@echo 'make demo         install what is needed, build, show two tenants in a VM'
	@echo 'make test         install what is needed, build, run all tests'
	@echo 'make test-debug   all scenarios in a kernel that checks memory, locks, leaks'
	@echo 'make check        compiler warnings, sparse, checkpatch, shellcheck, ...'
	@echo 'make bench        install what is needed, build, measure against peers;'
	@echo "                  BENCH='--quick lookup' for less, see bench/run --help"
	@echo
	@echo 'make setup        only install what is needed (asks nothing)'
	@echo 'make modules      only the module; KDIR=DIR for one kernel, CC=clang'
	@echo 'make vrctl        only vrctl (and the XDP programs inside it)'
	@echo 'make bpf          only the XDP programs'
	@echo 'make generate     netlink sources from Documentation/netlink/specs'
	@echo 'make install      vrctl and its manual page (PREFIX, DESTDIR)'
	@echo 'make modules_install  the module, for KDIR or the running kernel'
	@echo 'make dkms-install the module by DKMS, for this and later kernels'
	@echo 'make clean        remove $(B)/'
