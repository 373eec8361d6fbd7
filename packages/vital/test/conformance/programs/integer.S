// ADD to AND, and with immediates: wrap-around, signed and unsigned comparison, shift counts of 6 bits.
#include "cases.h"

#define MIN 0x8000000000000000
#define MAX 0x7fffffffffffffff

BEGIN
  RR(2, add, MIN, MAX, 1)
  RR(3, add, 0, MIN, MIN)
  RR(4, add, -3, 4, -7)
  RR(5, sub, MAX, MIN, 1)
  RR(6, sub, -1, 0, 1)
  RR(7, sll, 0x8000000000000000, 1, 63)
  RR(8, sll, 2, 1, 65)
  RR(9, sll, 1, 1, 64)
  RR(10, slt, 1, MIN, MAX)
  RR(11, slt, 0, 0, -1)
  RR(12, slt, 0, 5, 5)
  RR(13, sltu, 0, MIN, MAX)
  RR(14, sltu, 1, 0, -1)
  RR(15, sltu, 1, 0, 7)
  RR(16, xor, 0x0ff00ff00ff00ff0, 0xff00ff00ff00ff00, 0xf0f0f0f0f0f0f0f0)
  RR(17, or, 0xfff0fff0fff0fff0, 0xff00ff00ff00ff00, 0xf0f0f0f0f0f0f0f0)
  RR(18, and, 0xf000f000f000f000, 0xff00ff00ff00ff00, 0xf0f0f0f0f0f0f0f0)
  RR(19, srl, 1, MIN, 63)
  RR(20, srl, 0x4000000000000000, MIN, 65)
  RR(21, sra, -1, MIN, 63)
  RR(22, sra, 0xc000000000000000, MIN, 129)
  RR(23, sra, 0, MAX, 63)
  RR(24, srl, 0xffffffff, -1, 32)

  RI(30, addi, MIN, MAX, 1)
  RI(31, addi, -2048, 0, -2048)
  RI(32, addi, 2047, 0, 2047)
  RI(33, slti, 1, MIN, -2048)
  RI(34, slti, 0, -1, -1)
  RI(35, sltiu, 1, 0, 1)
  RI(36, sltiu, 0, 1, 1)
  RI(37, sltiu, 1, 0xfffffffffffffffe, -1)
  RI(38, xori, 0x5555555555555555, 0xaaaaaaaaaaaaaaaa, -1)
  RI(39, ori, -1, 0x7ff, -2048)
  RI(40, andi, 0xfffffffffffff800, -1, -2048)
  RI(41, slli, MIN, 1, 63)
  RI(42, slli, 0x100000000, 1, 32)
  RI(43, srli, 1, MIN, 63)
  RI(44, srli, 0x7fffffff, 0x7fffffffffffffff, 32)
  RI(45, srai, -1, MIN, 63)
  RI(46, srai, 0xffffffff80000000, MIN, 32)

  INTO_X0(50, li a1, 5; add x0, a1, a1)
  INTO_X0(51, addi x0, a1, 9)
  INTO_X0(52, lui x0, 0xfffff)
  INTO_X0(53, auipc x0, 1)

  // LUI and AUIPC: 20 upper bits, sign-extended from 32.
  lui a0, 0x80000
  EXPECT(60, a0, 0xffffffff80000000)
  lui a0, 0x7ffff
  EXPECT(61, a0, 0x7ffff000)
1:
  auipc a0, 0
  la a1, 1b
  li TESTNUM, 62
  bne a0, a1, fail
2:
  auipc a0, 0xfffff
  la a1, 2b
  sub a0, a0, a1
  EXPECT(63, a0, -4096)
3:
  auipc a0, 0x80000
  la a1, 3b
  sub a0, a0, a1
  EXPECT(64, a0, 0xffffffff80000000)
END
