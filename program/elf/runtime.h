/*
 * Stands in for the preamble of wasm2c's output. The wasm's memory is the top of the machine's address space:
 * it begins at WASM_MEMORY (given by the build) and ends at 2^32. An access beyond its end therefore has an
 * address of 2^32 or more, and the machine itself exits with OUT_OF_RANGE: bounds cost no instruction.
 */
#ifndef RUNTIME_H_
#define RUNTIME_H_

#define SPACE_END 0x100000000ul

/* Exit codes of wasm traps (docs/riscv.md); out of bounds is the machine's own. */
#define TRAP_OOB 227
#define TRAP_UNREACHABLE 240
#define TRAP_DIV_BY_ZERO 241
#define TRAP_INT_OVERFLOW 242

#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

__attribute__((noreturn, cold)) void machine_exit(u32 code);
void *memcpy(void *to, const void *from, size_t length);
void *memmove(void *to, const void *from, size_t length);
void *memset(void *to, int value, size_t length);

#define assert(x) ((void)0)
#define TRAP(name) (machine_exit(TRAP_##name), 0)
#define UNREACHABLE TRAP(UNREACHABLE)
#define FUNC_PROLOGUE
#define FUNC_EPILOGUE
/* As in wasm, a load whose value is not used can still be out of bounds. */
#define KEEP(value) __asm__ volatile("" : : "r"(value))

/* Accesses of wasm have any alignment, and so have the machine's: each is one instruction. */
#define ANYWHERE __attribute__((may_alias, aligned(1)))
typedef u8 memory_u8 ANYWHERE;
typedef s8 memory_s8 ANYWHERE;
typedef u16 memory_u16 ANYWHERE;
typedef s16 memory_s16 ANYWHERE;
typedef u32 memory_u32 ANYWHERE;
typedef s32 memory_s32 ANYWHERE;
typedef u64 memory_u64 ANYWHERE;

/* `address` is a u32 plus a constant offset, in 64 bits: below 2^33. */
#define DEFINE_LOAD(name, stored, extended, result)                                               \
  static inline __attribute__((always_inline)) result name(wasm_rt_memory_t *m, u64 address) {    \
    (void)m;                                                                                      \
    result value = (result)(extended)*(const memory_##stored *)(WASM_MEMORY + address);           \
    KEEP(value);                                                                                  \
    return value;                                                                                 \
  }
#define DEFINE_STORE(name, stored, given)                                                         \
  static inline __attribute__((always_inline)) void name(wasm_rt_memory_t *m, u64 address, given value) { \
    (void)m;                                                                                      \
    *(memory_##stored *)(WASM_MEMORY + address) = (stored)value;                                  \
  }

DEFINE_LOAD(i32_load, u32, u32, u32)
DEFINE_LOAD(i64_load, u64, u64, u64)
DEFINE_LOAD(i32_load8_s, s8, s32, u32)
DEFINE_LOAD(i64_load8_s, s8, s64, u64)
DEFINE_LOAD(i32_load8_u, u8, u32, u32)
DEFINE_LOAD(i64_load8_u, u8, u64, u64)
DEFINE_LOAD(i32_load16_s, s16, s32, u32)
DEFINE_LOAD(i64_load16_s, s16, s64, u64)
DEFINE_LOAD(i32_load16_u, u16, u32, u32)
DEFINE_LOAD(i64_load16_u, u16, u64, u64)
DEFINE_LOAD(i64_load32_s, s32, s64, u64)
DEFINE_LOAD(i64_load32_u, u32, u64, u64)
DEFINE_STORE(i32_store, u32, u32)
DEFINE_STORE(i64_store, u64, u64)
DEFINE_STORE(i32_store8, u8, u32)
DEFINE_STORE(i32_store16, u16, u32)
DEFINE_STORE(i64_store8, u8, u64)
DEFINE_STORE(i64_store16, u16, u64)
DEFINE_STORE(i64_store32, u32, u64)

/* A range of the wasm's memory, checked at once: nothing is written when it is not all inside. */
#define RANGE_CHECK(address, length)                                                              \
  if (UNLIKELY(WASM_MEMORY + (u64)(address) + (length) > SPACE_END)) machine_exit(TRAP_OOB)

static inline void memory_fill(wasm_rt_memory_t *m, u32 to, u32 value, u32 length) {
  (void)m;
  RANGE_CHECK(to, length);
  memset((void *)(WASM_MEMORY + to), (int)value, length);
}

static inline void memory_copy(wasm_rt_memory_t *m, const wasm_rt_memory_t *from_memory, u32 to, u32 from, u32 length) {
  (void)m;
  (void)from_memory;
  RANGE_CHECK(to, length);
  RANGE_CHECK(from, length);
  memmove((void *)(WASM_MEMORY + to), (const void *)(WASM_MEMORY + from), length);
}

#define LOAD_DATA(m, to, from, length)                                                            \
  do {                                                                                            \
    RANGE_CHECK(to, length);                                                                      \
    memcpy((void *)(WASM_MEMORY + (to)), from, length);                                           \
  } while (0)

#define I32_CLZ(x) ((x) ? __builtin_clz(x) : 32)
#define I64_CLZ(x) ((x) ? __builtin_clzll(x) : 64)
#define I32_CTZ(x) ((x) ? __builtin_ctz(x) : 32)
#define I64_CTZ(x) ((x) ? __builtin_ctzll(x) : 64)
#define I32_POPCNT(x) (__builtin_popcount(x))
#define I64_POPCNT(x) (__builtin_popcountll(x))

#define DIV_S(type, minimum, x, y)                                                                \
  ((UNLIKELY((y) == 0)) ? TRAP(DIV_BY_ZERO)                                                       \
   : (UNLIKELY((x) == minimum && (y) == -1)) ? TRAP(INT_OVERFLOW)                                 \
                                             : (type)((x) / (y)))
#define REM_S(type, minimum, x, y)                                                                \
  ((UNLIKELY((y) == 0)) ? TRAP(DIV_BY_ZERO)                                                       \
   : (UNLIKELY((x) == minimum && (y) == -1)) ? 0                                                  \
                                             : (type)((x) % (y)))
#define I32_DIV_S(x, y) DIV_S(u32, INT32_MIN, (s32)x, (s32)y)
#define I64_DIV_S(x, y) DIV_S(u64, INT64_MIN, (s64)x, (s64)y)
#define I32_REM_S(x, y) REM_S(u32, INT32_MIN, (s32)x, (s32)y)
#define I64_REM_S(x, y) REM_S(u64, INT64_MIN, (s64)x, (s64)y)
#define DIVREM_U(op, x, y) ((UNLIKELY((y) == 0)) ? TRAP(DIV_BY_ZERO) : ((x)op(y)))
#define DIV_U(x, y) DIVREM_U(/, x, y)
#define REM_U(x, y) DIVREM_U(%, x, y)
#define ROTL(x, y, mask) (((x) << ((y) & (mask))) | ((x) >> (((mask) - (y) + 1) & (mask))))
#define ROTR(x, y, mask) (((x) >> ((y) & (mask))) | ((x) << (((mask) - (y) + 1) & (mask))))
#define I32_ROTL(x, y) ROTL(x, y, 31)
#define I64_ROTL(x, y) ROTL(x, y, 63)
#define I32_ROTR(x, y) ROTR(x, y, 31)
#define I64_ROTR(x, y) ROTR(x, y, 63)

#endif
