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

#define WORD_MASK 7ul

void *memset(void *to, int value, size_t length) {
  u64 at = (u64)to;
  u64 end = at + length;
  u64 word = (u64)(u8)value * 0x0101010101010101ul;
  while (at < end && (at & WORD_MASK) != 0) *(u8 *)at++ = (u8)value;
  for (; end - at >= 32; at += 32) {
    ((aligned_u64 *)at)[0] = word;
    ((aligned_u64 *)at)[1] = word;
    ((aligned_u64 *)at)[2] = word;
    ((aligned_u64 *)at)[3] = word;
  }
  for (; end - at >= 8; at += 8) *(aligned_u64 *)at = word;
  while (at < end) *(u8 *)at++ = (u8)value;
  return to;
}

/* Words of the source at any distance from word boundaries: two neighbours, shifted together. */
static void copy_shifted(u64 at, u64 from, u64 words) {
  u64 down = (from & WORD_MASK) * 8;
  u64 up = 64 - down;
  const aligned_u64 *source = (const aligned_u64 *)(from & ~WORD_MASK);
  u64 low = *source;
  for (; words != 0; words--, at += 8) {
    u64 high = *++source;
    *(aligned_u64 *)at = (low >> down) | (high << up);
    low = high;
  }
}

static void copy_forward(u64 at, u64 from, u64 length) {
  while (length != 0 && (at & WORD_MASK) != 0) {
    *(u8 *)at++ = *(const u8 *)from++;
    length--;
  }
  u64 words = length / 8;
  if ((from & WORD_MASK) == 0) {
    for (; words >= 4; words -= 4, at += 32, from += 32) {
      const aligned_u64 *source = (const aligned_u64 *)from;
      u64 w0 = source[0], w1 = source[1], w2 = source[2], w3 = source[3];
      ((aligned_u64 *)at)[0] = w0;
      ((aligned_u64 *)at)[1] = w1;
      ((aligned_u64 *)at)[2] = w2;
      ((aligned_u64 *)at)[3] = w3;
    }
    for (; words != 0; words--, at += 8, from += 8) *(aligned_u64 *)at = *(const aligned_u64 *)from;
  } else if (words != 0) {
    copy_shifted(at, from, words);
    at += words * 8;
    from += words * 8;
  }
  for (length &= 7; length != 0; length--) *(u8 *)at++ = *(const u8 *)from++;
}

static void copy_backward(u64 at, u64 from, u64 length) {
  at += length;
  from += length;
  if (((at ^ from) & WORD_MASK) == 0) {
    for (; length != 0 && (at & WORD_MASK) != 0; length--) *(u8 *)--at = *(const u8 *)--from;
    for (; length >= 8; length -= 8) {
      at -= 8;
      from -= 8;
      *(aligned_u64 *)at = *(const aligned_u64 *)from;
    }
  }
  while (length-- != 0) *(u8 *)--at = *(const u8 *)--from;
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

/*
 * Misaligned accesses (runtime.h). Address in t1, a store's value in t2, return address in t0; a load's value goes
 * to t1. A misaligned load of 4 or 8 bytes crosses into the next word of its size: reading that word finds an
 * address out of range. A store probes its last byte before it writes the first.
 */
__asm__(
    ".text\n"
    ".globl misaligned_load16\nmisaligned_load16:\n"
    " lbu t2, 1(t1)\n lbu t1, 0(t1)\n slli t2, t2, 8\n or t1, t1, t2\n jr t0\n"
    ".globl misaligned_load32\nmisaligned_load32:\n"
    " addi sp, sp, -16\n sd t3, 0(sp)\n"
    " andi t3, t1, 3\n slli t3, t3, 3\n andi t1, t1, -4\n"
    " lwu t2, 4(t1)\n lwu t1, 0(t1)\n slli t2, t2, 32\n or t1, t1, t2\n srl t1, t1, t3\n"
    " slli t1, t1, 32\n srli t1, t1, 32\n"
    " ld t3, 0(sp)\n addi sp, sp, 16\n jr t0\n"
    ".globl misaligned_load64\nmisaligned_load64:\n"
    " addi sp, sp, -16\n sd t3, 0(sp)\n"
    " slli t3, t1, 3\n andi t1, t1, -8\n"
    " ld t2, 8(t1)\n ld t1, 0(t1)\n srl t1, t1, t3\n neg t3, t3\n sll t2, t2, t3\n or t1, t1, t2\n"
    " ld t3, 0(sp)\n addi sp, sp, 16\n jr t0\n"
    ".globl misaligned_store16\nmisaligned_store16:\n"
    " lbu zero, 1(t1)\n"
    " sb t2, 0(t1)\n srli t2, t2, 8\n sb t2, 1(t1)\n jr t0\n"
    ".globl misaligned_store32\nmisaligned_store32:\n"
    " lbu zero, 3(t1)\n"
    " sb t2, 0(t1)\n srli t2, t2, 8\n sb t2, 1(t1)\n srli t2, t2, 8\n sb t2, 2(t1)\n"
    " srli t2, t2, 8\n sb t2, 3(t1)\n jr t0\n"
    ".globl misaligned_store64\nmisaligned_store64:\n"
    " lbu zero, 7(t1)\n"
    " sb t2, 0(t1)\n srli t2, t2, 8\n sb t2, 1(t1)\n srli t2, t2, 8\n sb t2, 2(t1)\n"
    " srli t2, t2, 8\n sb t2, 3(t1)\n srli t2, t2, 8\n sb t2, 4(t1)\n srli t2, t2, 8\n sb t2, 5(t1)\n"
    " srli t2, t2, 8\n sb t2, 6(t1)\n srli t2, t2, 8\n sb t2, 7(t1)\n jr t0\n");

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
