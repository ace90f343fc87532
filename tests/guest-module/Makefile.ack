# SPDX-License-Identifier: GPL-2.0
#
# The programs behind ack and ack-soak.

CFLAGS ?= -O2 -g
CFLAGS += -std=gnu11 -Wall -Wextra -Werror -D_GNU_SOURCE
LDLIBS += -lpthread

PROGRAMS = ackstuck acksoak

all: $(PROGRAMS)

$(PROGRAMS): %: %.c place.c place.h
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $< place.c $(LDLIBS)

clean:
	rm -f $(PROGRAMS)

.PHONY: all clean
