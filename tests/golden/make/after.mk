CC ?= gcc
FLAGS := -O2 -g
export PATH
include other.mk
.PHONY: all clean
all: main.o util.o
	$(CC) -o all $^
%.o: %.c
	$(CC) -c -g $<
define BLOCKS
echo hi
endef
ifeq ($(OS),Linux)
X = 1
clean test:
	rm -f *.o
else
X = 3
endif
new: all
	echo new
