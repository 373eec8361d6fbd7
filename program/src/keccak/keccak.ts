// keccak256 (the original Keccak padding, as Ethereum uses it) over linear memory.

/** Bytes absorbed per permutation: 1600 - 2 * 256 bits. */
const RATE: usize = 136

/** The 25 lanes between permutations, lane (x, y) at 8 * (x + 5 * y). */
const STATE: usize = memory.data(200, 8)

const ROUND_CONSTANTS: usize = memory.data<u64>([
  0x1,
  0x8082,
  0x800000000000808a,
  0x8000000080008000,
  0x808b,
  0x80000001,
  0x8000000080008081,
  0x8000000000008009,
  0x8a,
  0x88,
  0x80008009,
  0x8000000a,
  0x8000808b,
  0x800000000000008b,
  0x8000000000008089,
  0x8000000000008003,
  0x8000000000008002,
  0x8000000000000080,
  0x800a,
  0x800000008000000a,
  0x8000000080008081,
  0x8000000000008080,
  0x80000001,
  0x8000000080008008,
])
const ROUND_CONSTANTS_END: usize = ROUND_CONSTANTS + 24 * 8

/**
 * keccak-f[1600] on STATE. The lanes stay in locals for all rounds; theta, rho and pi are written out, since an
 * indexed state would live in memory. Two rounds a turn, so that lanes need not be moved back; lanes 1, 2, 8, 12,
 * 17 and 20 are kept complemented, which saves most of chi's negations (Keccak implementation overview, 2.2).
 */
function permute(): void {
  let a0 = load<u64>(STATE)
  let a1 = ~load<u64>(STATE, 8)
  let a2 = ~load<u64>(STATE, 16)
  let a3 = load<u64>(STATE, 24)
  let a4 = load<u64>(STATE, 32)
  let a5 = load<u64>(STATE, 40)
  let a6 = load<u64>(STATE, 48)
  let a7 = load<u64>(STATE, 56)
  let a8 = ~load<u64>(STATE, 64)
  let a9 = load<u64>(STATE, 72)
  let a10 = load<u64>(STATE, 80)
  let a11 = load<u64>(STATE, 88)
  let a12 = ~load<u64>(STATE, 96)
  let a13 = load<u64>(STATE, 104)
  let a14 = load<u64>(STATE, 112)
  let a15 = load<u64>(STATE, 120)
  let a16 = load<u64>(STATE, 128)
  let a17 = ~load<u64>(STATE, 136)
  let a18 = load<u64>(STATE, 144)
  let a19 = load<u64>(STATE, 152)
  let a20 = ~load<u64>(STATE, 160)
  let a21 = load<u64>(STATE, 168)
  let a22 = load<u64>(STATE, 176)
  let a23 = load<u64>(STATE, 184)
  let a24 = load<u64>(STATE, 192)
  for (let round = ROUND_CONSTANTS; round < ROUND_CONSTANTS_END; round += 16) {
    const ec0 = a0 ^ a5 ^ a10 ^ a15 ^ a20
    const ec1 = a1 ^ a6 ^ a11 ^ a16 ^ a21
    const ec2 = a2 ^ a7 ^ a12 ^ a17 ^ a22
    const ec3 = a3 ^ a8 ^ a13 ^ a18 ^ a23
    const ec4 = a4 ^ a9 ^ a14 ^ a19 ^ a24
    const ed0 = ec4 ^ rotl(ec1, 1)
    const ed1 = ec0 ^ rotl(ec2, 1)
    const ed2 = ec1 ^ rotl(ec3, 1)
    const ed3 = ec2 ^ rotl(ec4, 1)
    const ed4 = ec3 ^ rotl(ec0, 1)
    const eb0 = a0 ^ ed0
    const eb1 = rotl(a6 ^ ed1, 44)
    const eb2 = rotl(a12 ^ ed2, 43)
    const eb3 = rotl(a18 ^ ed3, 21)
    const eb4 = rotl(a24 ^ ed4, 14)
    const eb5 = rotl(a3 ^ ed3, 28)
    const eb6 = rotl(a9 ^ ed4, 20)
    const eb7 = rotl(a10 ^ ed0, 3)
    const eb8 = rotl(a16 ^ ed1, 45)
    const eb9 = rotl(a22 ^ ed2, 61)
    const eb10 = rotl(a1 ^ ed1, 1)
    const eb11 = rotl(a7 ^ ed2, 6)
    const eb12 = rotl(a13 ^ ed3, 25)
    const eb13 = rotl(a19 ^ ed4, 8)
    const eb14 = rotl(a20 ^ ed0, 18)
    const eb15 = rotl(a4 ^ ed4, 27)
    const eb16 = rotl(a5 ^ ed0, 36)
    const eb17 = rotl(a11 ^ ed1, 10)
    const eb18 = rotl(a17 ^ ed2, 15)
    const eb19 = rotl(a23 ^ ed3, 56)
    const eb20 = rotl(a2 ^ ed2, 62)
    const eb21 = rotl(a8 ^ ed3, 55)
    const eb22 = rotl(a14 ^ ed4, 39)
    const eb23 = rotl(a15 ^ ed0, 41)
    const eb24 = rotl(a21 ^ ed1, 2)
    const e0 = eb0 ^ (eb1 | eb2) ^ load<u64>(round)
    const e1 = eb1 ^ (~eb2 | eb3)
    const e2 = eb2 ^ (eb3 & eb4)
    const e3 = eb3 ^ (eb4 | eb0)
    const e4 = eb4 ^ (eb0 & eb1)
    const e5 = eb5 ^ (eb6 | eb7)
    const e6 = eb6 ^ (eb7 & eb8)
    const e7 = eb7 ^ (eb8 | ~eb9)
    const e8 = eb8 ^ (eb9 | eb5)
    const e9 = eb9 ^ (eb5 & eb6)
    const en2 = ~eb13
    const e10 = eb10 ^ (eb11 | eb12)
    const e11 = eb11 ^ (eb12 & eb13)
    const e12 = eb12 ^ (en2 & eb14)
    const e13 = en2 ^ (eb14 | eb10)
    const e14 = eb14 ^ (eb10 & eb11)
    const en3 = ~eb18
    const e15 = eb15 ^ (eb16 & eb17)
    const e16 = eb16 ^ (eb17 | eb18)
    const e17 = eb17 ^ (en3 | eb19)
    const e18 = en3 ^ (eb19 & eb15)
    const e19 = eb19 ^ (eb15 | eb16)
    const en4 = ~eb21
    const e20 = eb20 ^ (en4 & eb22)
    const e21 = en4 ^ (eb22 | eb23)
    const e22 = eb22 ^ (eb23 & eb24)
    const e23 = eb23 ^ (eb24 | eb20)
    const e24 = eb24 ^ (eb20 & eb21)
    const fc0 = e0 ^ e5 ^ e10 ^ e15 ^ e20
    const fc1 = e1 ^ e6 ^ e11 ^ e16 ^ e21
    const fc2 = e2 ^ e7 ^ e12 ^ e17 ^ e22
    const fc3 = e3 ^ e8 ^ e13 ^ e18 ^ e23
    const fc4 = e4 ^ e9 ^ e14 ^ e19 ^ e24
    const fd0 = fc4 ^ rotl(fc1, 1)
    const fd1 = fc0 ^ rotl(fc2, 1)
    const fd2 = fc1 ^ rotl(fc3, 1)
    const fd3 = fc2 ^ rotl(fc4, 1)
    const fd4 = fc3 ^ rotl(fc0, 1)
    const fb0 = e0 ^ fd0
    const fb1 = rotl(e6 ^ fd1, 44)
    const fb2 = rotl(e12 ^ fd2, 43)
    const fb3 = rotl(e18 ^ fd3, 21)
    const fb4 = rotl(e24 ^ fd4, 14)
    const fb5 = rotl(e3 ^ fd3, 28)
    const fb6 = rotl(e9 ^ fd4, 20)
    const fb7 = rotl(e10 ^ fd0, 3)
    const fb8 = rotl(e16 ^ fd1, 45)
    const fb9 = rotl(e22 ^ fd2, 61)
    const fb10 = rotl(e1 ^ fd1, 1)
    const fb11 = rotl(e7 ^ fd2, 6)
    const fb12 = rotl(e13 ^ fd3, 25)
    const fb13 = rotl(e19 ^ fd4, 8)
    const fb14 = rotl(e20 ^ fd0, 18)
    const fb15 = rotl(e4 ^ fd4, 27)
    const fb16 = rotl(e5 ^ fd0, 36)
    const fb17 = rotl(e11 ^ fd1, 10)
    const fb18 = rotl(e17 ^ fd2, 15)
    const fb19 = rotl(e23 ^ fd3, 56)
    const fb20 = rotl(e2 ^ fd2, 62)
    const fb21 = rotl(e8 ^ fd3, 55)
    const fb22 = rotl(e14 ^ fd4, 39)
    const fb23 = rotl(e15 ^ fd0, 41)
    const fb24 = rotl(e21 ^ fd1, 2)
    const f0 = fb0 ^ (fb1 | fb2) ^ load<u64>(round, 8)
    const f1 = fb1 ^ (~fb2 | fb3)
    const f2 = fb2 ^ (fb3 & fb4)
    const f3 = fb3 ^ (fb4 | fb0)
    const f4 = fb4 ^ (fb0 & fb1)
    const f5 = fb5 ^ (fb6 | fb7)
    const f6 = fb6 ^ (fb7 & fb8)
    const f7 = fb7 ^ (fb8 | ~fb9)
    const f8 = fb8 ^ (fb9 | fb5)
    const f9 = fb9 ^ (fb5 & fb6)
    const fn2 = ~fb13
    const f10 = fb10 ^ (fb11 | fb12)
    const f11 = fb11 ^ (fb12 & fb13)
    const f12 = fb12 ^ (fn2 & fb14)
    const f13 = fn2 ^ (fb14 | fb10)
    const f14 = fb14 ^ (fb10 & fb11)
    const fn3 = ~fb18
    const f15 = fb15 ^ (fb16 & fb17)
    const f16 = fb16 ^ (fb17 | fb18)
    const f17 = fb17 ^ (fn3 | fb19)
    const f18 = fn3 ^ (fb19 & fb15)
    const f19 = fb19 ^ (fb15 | fb16)
    const fn4 = ~fb21
    const f20 = fb20 ^ (fn4 & fb22)
    const f21 = fn4 ^ (fb22 | fb23)
    const f22 = fb22 ^ (fb23 & fb24)
    const f23 = fb23 ^ (fb24 | fb20)
    const f24 = fb24 ^ (fb20 & fb21)
    a0 = f0
    a1 = f1
    a2 = f2
    a3 = f3
    a4 = f4
    a5 = f5
    a6 = f6
    a7 = f7
    a8 = f8
    a9 = f9
    a10 = f10
    a11 = f11
    a12 = f12
    a13 = f13
    a14 = f14
    a15 = f15
    a16 = f16
    a17 = f17
    a18 = f18
    a19 = f19
    a20 = f20
    a21 = f21
    a22 = f22
    a23 = f23
    a24 = f24
  }
  store<u64>(STATE, a0)
  store<u64>(STATE, ~a1, 8)
  store<u64>(STATE, ~a2, 16)
  store<u64>(STATE, a3, 24)
  store<u64>(STATE, a4, 32)
  store<u64>(STATE, a5, 40)
  store<u64>(STATE, a6, 48)
  store<u64>(STATE, a7, 56)
  store<u64>(STATE, ~a8, 64)
  store<u64>(STATE, a9, 72)
  store<u64>(STATE, a10, 80)
  store<u64>(STATE, a11, 88)
  store<u64>(STATE, ~a12, 96)
  store<u64>(STATE, a13, 104)
  store<u64>(STATE, a14, 112)
  store<u64>(STATE, a15, 120)
  store<u64>(STATE, a16, 128)
  store<u64>(STATE, ~a17, 136)
  store<u64>(STATE, a18, 144)
  store<u64>(STATE, a19, 152)
  store<u64>(STATE, ~a20, 160)
  store<u64>(STATE, a21, 168)
  store<u64>(STATE, a22, 176)
  store<u64>(STATE, a23, 184)
  store<u64>(STATE, a24, 192)
}

/** Writes the keccak256 of [ptr, ptr + len) to the 32 bytes at out; out may overlap the input. */
export function keccak256(ptr: usize, len: usize, out: usize): void {
  memory.fill(STATE, 0, 200)
  while (len >= RATE) {
    for (let i: usize = 0; i < RATE; i += 8) {
      store<u64>(STATE + i, load<u64>(STATE + i) ^ load<u64>(ptr + i))
    }
    permute()
    ptr += RATE
    len -= RATE
  }
  let lane = STATE
  while (len >= 8) {
    store<u64>(lane, load<u64>(lane) ^ load<u64>(ptr))
    lane += 8
    ptr += 8
    len -= 8
  }
  while (len > 0) {
    store<u8>(lane, load<u8>(lane) ^ load<u8>(ptr))
    lane++
    ptr++
    len--
  }
  store<u8>(lane, load<u8>(lane) ^ 0x01)
  store<u8>(STATE, load<u8>(STATE, RATE - 1) ^ 0x80, RATE - 1)
  permute()
  store<u64>(out, load<u64>(STATE))
  store<u64>(out, load<u64>(STATE, 8), 8)
  store<u64>(out, load<u64>(STATE, 16), 16)
  store<u64>(out, load<u64>(STATE, 24), 24)
}
