// Loads and stores of every width, extension, immediate, and any address: over leaves of 32 bytes and pages.
#include "cases.h"

#define LOAD(number, instruction, value, base, offset)                                            \
  la a1, base;                                                                                    \
  instruction a0, offset(a1);                                                                     \
  EXPECT(number, a0, value)

// Stores at every distance from a border, then reads back by bytes what was written and its neighbours.
#define STORE_ACROSS(number, instruction, size, border)                                           \
  la a1, border - 9;                                                                              \
  li a3, 18;                                                                                      \
1:                                                                                                \
  sd x0, -8(a1);                                                                                  \
  sd x0, 0(a1);                                                                                   \
  sd x0, 8(a1);                                                                                   \
  li a2, 0x8877665544332211;                                                                      \
  instruction a2, 0(a1);                                                                          \
  li TESTNUM, number;                                                                             \
  li a4, 0;                                                                                       \
  mv a5, a1;                                                                                      \
2:                                                                                                \
  lbu a6, 0(a5);                                                                                  \
  andi t0, a2, 0xff;                                                                              \
  bne a6, t0, fail;                                                                               \
  srli a2, a2, 8;                                                                                 \
  addi a5, a5, 1;                                                                                 \
  addi a4, a4, 1;                                                                                 \
  li t0, size;                                                                                    \
  bne a4, t0, 2b;                                                                                 \
  lbu a6, 0(a5);                                                                                  \
  bnez a6, fail;                                                                                  \
  lbu a6, -1(a1);                                                                                 \
  bnez a6, fail;                                                                                  \
  addi a1, a1, 1;                                                                                 \
  addi a3, a3, -1;                                                                                \
  bnez a3, 1b

BEGIN
  LOAD(2, lb, -128, bytes, 0)
  LOAD(3, lbu, 0x80, bytes, 0)
  LOAD(4, lh, 0xffffffffffff8180, bytes, 0)
  LOAD(5, lhu, 0x8180, bytes, 0)
  LOAD(6, lw, 0xffffffff83828180, bytes, 0)
  LOAD(7, lwu, 0x83828180, bytes, 0)
  LOAD(8, ld, 0x8786858483828180, bytes, 0)
  LOAD(9, ld, 0x8786858483828180, bytes + 2048, -2048)
  LOAD(10, lb, -121, bytes - 2040, 2047)
  LOAD(11, lh, 0xffffffffffff8281, bytes, 1)
  LOAD(12, lhu, 0x8483, bytes, 3)
  LOAD(13, lw, 0xffffffff84838281, bytes, 1)
  LOAD(14, lwu, 0x85848382, bytes, 2)
  LOAD(15, ld, 0x8887868584838281, bytes, 1)
  LOAD(16, lh, 0xffffffffffffa09f, bytes, 31)
  LOAD(17, lw, 0xffffffffa2a1a09f, bytes, 31)
  LOAD(18, lwu, 0xa09f9e9d, bytes, 29)
  LOAD(19, ld, 0xa6a5a4a3a2a1a09f, bytes, 31)
  LOAD(20, ld, 0xa09f9e9d9c9b9a99, bytes, 25)
  LOAD(21, ld, 0x0807060504030201, page - 7, 3)
  LOAD(22, lhu, 0x0504, page - 1, 0)
  INTO_X0(23, ld x0, 0(a1))

  STORE_ACROSS(30, sb, 1, page)
  STORE_ACROSS(31, sh, 2, page)
  STORE_ACROSS(32, sw, 4, page)
  STORE_ACROSS(33, sd, 8, page)
  STORE_ACROSS(34, sh, 2, page + 32)
  STORE_ACROSS(35, sw, 4, page + 64)
  STORE_ACROSS(36, sd, 8, page + 96)
  // To pages that nothing was written to.
  STORE_ACROSS(37, sd, 8, zeros + 4096)

  // Registers of a store are not changed; the stack is there.
  li a2, 0x1122334455667788
  sd a2, -8(sp)
  ld a3, -8(sp)
  EXPECT(40, a3, 0x1122334455667788)
  EXPECT(41, a2, 0x1122334455667788)
END

  .data
  .align 5
bytes:
  .byte 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8b, 0x8c, 0x8d, 0x8e, 0x8f
  .byte 0x90, 0x91, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9a, 0x9b, 0x9c, 0x9d, 0x9e, 0x9f
  .byte 0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xa9, 0xaa, 0xab, 0xac, 0xad, 0xae, 0xaf
  .align 12
  .fill 4092
  .byte 1, 2, 3, 4
page:
  .byte 5, 6, 7, 8
  .fill 256

  .bss
  .align 12
zeros:
  .skip 3 * 4096
