/* One case each: a number, an instruction, its result, its operands. */
#ifndef CASES_H
#define CASES_H

#include "riscv_test.h"

#define EXPECT(number, register, value)                                                           \
  li TESTNUM, number;                                                                             \
  li t6, value;                                                                                   \
  bne register, t6, fail

/* rd, rs1, rs2; then with rd the same register as rs1, and as rs2. */
#define RR(number, instruction, value, a, b)                                                      \
  li a1, a;                                                                                       \
  li a2, b;                                                                                       \
  instruction a0, a1, a2;                                                                         \
  EXPECT(number, a0, value);                                                                      \
  instruction a1, a1, a2;                                                                         \
  EXPECT(number, a1, value);                                                                      \
  li a1, a;                                                                                       \
  instruction a2, a1, a2;                                                                         \
  EXPECT(number, a2, value)

/* rd, rs1, immediate; then with rd the same register as rs1. */
#define RI(number, instruction, value, a, immediate)                                              \
  li a1, a;                                                                                       \
  instruction a0, a1, immediate;                                                                  \
  EXPECT(number, a0, value);                                                                      \
  instruction a1, a1, immediate;                                                                  \
  EXPECT(number, a1, value)

/* A result for x0 is dropped. */
#define INTO_X0(number, ...)                                                                      \
  __VA_ARGS__;                                                                                    \
  EXPECT(number, x0, 0)

#define BEGIN RVTEST_RV64U RVTEST_CODE_BEGIN

#define END                                                                                       \
  RVTEST_PASS;                                                                                    \
  fail : RVTEST_FAIL;                                                                             \
  RVTEST_CODE_END

#endif
