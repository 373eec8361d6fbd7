// Branches both ways, JAL and JALR: targets, links, and that a branch not taken changes nothing.
#include "cases.h"

#define TAKEN(number, instruction, a, b)                                                          \
  li TESTNUM, number;                                                                             \
  li a1, a;                                                                                       \
  li a2, b;                                                                                       \
  j 3f;                                                                                           \
1:                                                                                                \
  instruction a1, a2, 4f;                                                                         \
  j fail;                                                                                         \
  j fail;                                                                                         \
3:                                                                                                \
  instruction a1, a2, 1b;                                                                         \
  j fail;                                                                                         \
4:

#define NOT_TAKEN(number, instruction, a, b)                                                      \
  li TESTNUM, number;                                                                             \
  li a1, a;                                                                                       \
  li a2, b;                                                                                       \
  instruction a1, a2, fail

BEGIN
  TAKEN(2, beq, 7, 7)
  TAKEN(3, bne, 7, 8)
  TAKEN(4, blt, -1, 0)
  TAKEN(5, bge, 0, -1)
  TAKEN(6, bge, 3, 3)
  TAKEN(7, bltu, 0, -1)
  TAKEN(8, bgeu, -1, 0)
  TAKEN(9, bgeu, 3, 3)
  NOT_TAKEN(10, beq, 0x100000007, 7)
  NOT_TAKEN(11, bne, -1, -1)
  NOT_TAKEN(12, blt, 0, -1)
  NOT_TAKEN(13, blt, 3, 3)
  NOT_TAKEN(14, bge, -1, 0)
  NOT_TAKEN(15, bltu, -1, 0)
  NOT_TAKEN(16, bltu, 3, 3)
  NOT_TAKEN(17, bgeu, 0, -1)

  li TESTNUM, 20
  jal a0, 1f
  j fail
1:
  la a1, 1b - 4
  bne a0, a1, fail

  // Bit 0 of JALR's target is cleared.
  li TESTNUM, 21
  la a1, 2f + 1
  jalr a0, 0(a1)
  j fail
2:
  la a2, 2b - 4
  bne a0, a2, fail

  // The target is computed before the link is written; immediates are signed.
  li TESTNUM, 22
  la a0, 3f + 2047
  jalr a0, -2047(a0)
  j fail
3:
  la a2, 3b - 4
  bne a0, a2, fail

  // A jump without a link.
  li TESTNUM, 23
  la a1, 4f - 16
  jalr x0, 16(a1)
  j fail
4:
  bnez x0, fail

  // Far over pages, there and back.
  li TESTNUM, 24
  jal t0, far
  j 6f
  j fail
6:
  fence
  fence rw, w
END
  .align 14
far:
  jr t0
