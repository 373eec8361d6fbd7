/* Start, ECALLs, the program's host imports and the few routines that gcc takes for granted. No libc. */
#include "module.h"
#include "runtime.h"

/* --- ECALLs: docs/riscv.md --- */

#define ECALL_READ 63
#define ECALL_WRITE 64
#define ECALL_EXIT 93
#define FD_STDOUT 1
#define FD_HINT_READ 3
#define FD_HINT_WRITE 4
#define FD_PREIMAGE_READ 5
#define FD_PREIMAGE_WRITE 6
/* The host does not give the preimage that its own key promised. */
#define EXIT_BAD_PREIMAGE 243

static inline s64 ecall(u64 number, u64 first, u64 second, u64 third) {
  register u64 a7 __asm__("a7") = number;
  register u64 a0 __asm__("a0") = first;
  register u64 a1 __asm__("a1") = second;
  register u64 a2 __asm__("a2") = third;
  __asm__ volatile("ecall" : "+r"(a0) : "r"(a7), "r"(a1), "r"(a2) : "memory");
  return (s64)a0;
}

void machine_exit(u32 code) {
  for (;;) ecall(ECALL_EXIT, code, 0, 0);
}

static void read_all(u64 fd, u64 to, u64 length) {
  while (length != 0) {
    s64 count = ecall(ECALL_READ, fd, to, length);
    if (count <= 0) machine_exit(EXIT_BAD_PREIMAGE);
    to += count;
    length -= count;
  }
}

static void write_all(u64 fd, u64 from, u64 length) {
  while (length != 0) {
    s64 count = ecall(ECALL_WRITE, fd, from, length);
    from += count;
    length -= count;
  }
}

/* --- what the program imports (program/src/host.ts) --- */

#define KEY_SIZE 32

u32 Z_hostZ_preimage(struct Z_host_instance_t *host, u32 key, u32 to, u32 capacity) {
  (void)host;
  RANGE_CHECK(key, KEY_SIZE);
  write_all(FD_PREIMAGE_WRITE, WASM_MEMORY + key, KEY_SIZE);
  u64 prefix;
  read_all(FD_PREIMAGE_READ, (u64)&prefix, sizeof prefix);
  u64 size = __builtin_bswap64(prefix);
  /* A length is an i32 to the program; one that large is refused by it as larger than any capacity. */
  if (size > INT32_MAX) size = INT32_MAX;
  u64 count = size < capacity ? size : capacity;
  RANGE_CHECK(to, count);
  read_all(FD_PREIMAGE_READ, WASM_MEMORY + to, count);
  return (u32)size;
}

/* The machine's host answers no precompile at once: 0. */
u32 Z_hostZ_hint(struct Z_host_instance_t *host, u32 at, u32 length) {
  (void)host;
  RANGE_CHECK(at, length);
  u32 prefix = __builtin_bswap32(length);
  u8 acknowledged;
  write_all(FD_HINT_WRITE, (u64)&prefix, sizeof prefix);
  write_all(FD_HINT_WRITE, WASM_MEMORY + at, length);
  ecall(ECALL_READ, FD_HINT_READ, (u64)&acknowledged, 1);
  return 0;
}

/* A record on standard output: kind and length (u32, little-endian), then the bytes. */
void Z_hostZ_output(struct Z_host_instance_t *host, u32 kind, u32 at, u32 length) {
  (void)host;
  RANGE_CHECK(at, length);
  u32 header[2] = {kind, length};
  write_all(FD_STDOUT, (u64)header, sizeof header);
  write_all(FD_STDOUT, WASM_MEMORY + at, length);
}

u32 Z_hostZ_interrupted(struct Z_host_instance_t *host) {
  (void)host;
  return 0;
}

/* --- routines that compiled code calls --- */

int __clzdi2(u64 x) {
  int count = 0;
  for (int half = 32; half != 0; half >>= 1) {
    if ((x >> (64 - half)) == 0) {
      count += half;
      x <<= half;
    }
  }
  return count;
}

int __ctzdi2(u64 x) {
  return 63 - __clzdi2(x & -x);
}

int __clzsi2(u32 x) {
  return __clzdi2(x) - 32;
}

int __ctzsi2(u32 x) {
  return __ctzdi2(x);
}

int __popcountdi2(u64 x) {
  x -= (x >> 1) & 0x5555555555555555ul;
  x = (x & 0x3333333333333333ul) + ((x >> 2) & 0x3333333333333333ul);
  x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0ful;
  return (int)((x * 0x0101010101010101ul) >> 56);
}

int __popcountsi2(u32 x) {
  return __popcountdi2(x);
}

u64 __bswapdi2(u64 x) {
  x = ((x & 0x00ff00ff00ff00fful) << 8) | ((x >> 8) & 0x00ff00ff00ff00fful);
  x = ((x & 0x0000ffff0000fffful) << 16) | ((x >> 16) & 0x0000ffff0000fffful);
  return (x << 32) | (x >> 32);
}

u32 __bswapsi2(u32 x) {
  return (u32)(__bswapdi2(x) >> 32);
}

void *memset(void *to, int value, size_t length) {
  u64 at = (u64)to;
  u64 end = at + length;
  u64 word = (u64)(u8)value * 0x0101010101010101ul;
  for (; end - at >= 32; at += 32) {
    memory_u64 *target = (memory_u64 *)at;
    target[0] = word;
    target[1] = word;
    target[2] = word;
    target[3] = word;
  }
  for (; end - at >= 8; at += 8) *(memory_u64 *)at = word;
  while (at < end) *(u8 *)at++ = (u8)value;
  return to;
}

/* All four words are read before one is written, so that it serves overlapping ranges in either order. */
static inline void copy_four(u64 at, u64 from) {
  const memory_u64 *source = (const memory_u64 *)from;
  memory_u64 *target = (memory_u64 *)at;
  u64 w0 = source[0], w1 = source[1], w2 = source[2], w3 = source[3];
  target[0] = w0;
  target[1] = w1;
  target[2] = w2;
  target[3] = w3;
}

static void copy_forward(u64 at, u64 from, u64 length) {
  for (; length >= 32; length -= 32, at += 32, from += 32) copy_four(at, from);
  for (; length >= 8; length -= 8, at += 8, from += 8) *(memory_u64 *)at = *(const memory_u64 *)from;
  for (; length != 0; length--) *(u8 *)at++ = *(const u8 *)from++;
}

static void copy_backward(u64 at, u64 from, u64 length) {
  at += length;
  from += length;
  for (; length >= 32; length -= 32) copy_four(at -= 32, from -= 32);
  for (; length >= 8; length -= 8) {
    at -= 8;
    from -= 8;
    *(memory_u64 *)at = *(const memory_u64 *)from;
  }
  for (; length != 0; length--) *(u8 *)--at = *(const u8 *)--from;
}

void *memmove(void *to, const void *from, size_t length) {
  /* Forward is right unless the target begins inside the source. */
  if ((u64)to - (u64)from >= length) copy_forward((u64)to, (u64)from, length);
  else copy_backward((u64)to, (u64)from, length);
  return to;
}

void *memcpy(void *to, const void *from, size_t length) {
  copy_forward((u64)to, (u64)from, length);
  return to;
}

/* --- start --- */

static Z_module_instance_t instance;

__attribute__((noreturn, used)) static void start(void) {
  Z_module_init_module();
  Z_module_instantiate(&instance, 0);
  machine_exit(ENTRY(&instance));
}

/* gp must be set before anything is relaxed against it. The stack grows down to address 0: below that is
 * 2^64 - 8, out of range. */
__asm__(
    ".section .text.start, \"ax\", @progbits\n"
    ".globl _start\n_start:\n"
    ".option push\n.option norelax\n la gp, __global_pointer$\n.option pop\n"
    " la sp, stack_top\n"
    " j start\n"
    ".text\n");
