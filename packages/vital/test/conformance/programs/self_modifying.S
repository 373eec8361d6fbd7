// Code that is written, after FENCE.I: run before and after, over words and over pages, by any width of store.
#include "cases.h"

// Runs `target`, writes the instruction at `from` over it by `bytes` stores, runs it again: 1, then 2 more.
#define REWRITE(number, target, load, store, offset)                                              \
  li a0, 0;                                                                                       \
  la a1, target;                                                                                  \
  jalr t0, 0(a1);                                                                                 \
  EXPECT(number, a0, 1);                                                                          \
  la a2, replacement;                                                                             \
  load a3, offset(a2);                                                                            \
  store a3, offset(a1);                                                                           \
  fence.i;                                                                                        \
  jalr t0, 0(a1);                                                                                 \
  EXPECT(number, a0, 3)

BEGIN
  REWRITE(2, word, lw, sw, 0)
  REWRITE(3, double, ld, sd, 0)
  // Only its upper half, in which the immediate is; only that and half of the next; only the byte.
  REWRITE(4, half, lh, sh, 2)
  REWRITE(5, shifted, lw, sw, 2)
  REWRITE(6, shifted_far, ld, sd, -3)
  REWRITE(7, border, ld, sd, -3)
END

  .align 3
replacement_before:
  .word 0, 0
replacement:
  addi a0, a0, 2
  jr t0
  .word 0, 0

  .align 6
word:
  addi a0, a0, 1
  jr t0
  .align 6
double:
  addi a0, a0, 1
  jr t0
  .align 6
half:
  addi a0, a0, 1
  jr t0
  .align 6
shifted:
  addi a0, a0, 1
  jr t0
  .align 6
shifted_before:
  .word 0, 0
shifted_far:
  addi a0, a0, 1
  jr t0
  // The instruction is the first of a page, the store begins in the page before.
  .align 12
  .fill 4096
border:
  addi a0, a0, 1
  jr t0
  .word 0
