#ifndef SHAPES_H
#define SHAPES_H

#include <stdio.h>
#include "base/draw.h"

#define LIMIT 0x10
#define TWICE(x) ((x) * 2)
#define EMPTY

#ifdef __cplusplus
extern "C" {
#endif

/* A canvas. */
typedef struct canvas {
    int width;
    struct { int x; } inner;
} canvas_t;

typedef int (*callback)(int side, void *data);

struct point {
    int x, y;
    struct part {
        int z;
    } part;
};

enum side { LEFT, RIGHT };

union either { int a; char b; };

extern int counter;
static int table[3] = {1, 2, 3}, *first;
int (*handler)(int) = 0;

int area(int width, int height);

static const char *title(const canvas_t *one)
{
    return ((one == NULL)) ? "none" : "one";
}

API_PUBLIC int exported(int x) {
    return TWICE(x);
}

#if WIDE
int turn(int x) { return x + 1; }
#else
int turn(int x) { return x; }
#endif

int cut(int x)
{
#ifdef FAST
    if (x > 1) {
#else
    if (x > 2) {
#endif
        return 1;
    }
    return va_arg(list, char *);
}

#ifdef __cplusplus
}
#endif

#endif
