/*
 * Environment for conformance programs in plain user mode (docs/riscv.md, "Conformance programs"). The macros
 * are those that programs written for RISC-V's test environments use. No CSR is touched and no trap is taken:
 * a program passes by exiting with 0, and fails with (2 * TESTNUM + 1), whose low byte is never 0.
 */
#ifndef RISCV_TEST_H
#define RISCV_TEST_H

#define TESTNUM gp
#define SYS_EXIT 93

#define RVTEST_RV64U

#define RVTEST_CODE_BEGIN                                                                         \
  .section .text.init, "ax", @progbits;                                                           \
  .globl _start;                                                                                  \
  _start:                                                                                         \
  li TESTNUM, 0;

#define RVTEST_CODE_END ebreak

#define RVTEST_PASS                                                                               \
  fence;                                                                                          \
  li a0, 0;                                                                                       \
  li a7, SYS_EXIT;                                                                                \
  ecall

#define RVTEST_FAIL                                                                               \
  fence;                                                                                          \
  slli a0, TESTNUM, 1;                                                                            \
  ori a0, a0, 1;                                                                                  \
  li a7, SYS_EXIT;                                                                                \
  ecall

#define EXTRA_DATA
#define RVTEST_DATA_BEGIN                                                                         \
  EXTRA_DATA .align 4;                                                                            \
  .globl begin_signature;                                                                         \
  begin_signature:

#define RVTEST_DATA_END                                                                           \
  .align 4;                                                                                       \
  .globl end_signature;                                                                           \
  end_signature:

#endif
