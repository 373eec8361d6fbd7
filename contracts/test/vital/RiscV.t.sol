// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { IPreimageOracle } from "../../src/vital/interfaces/IPreimageOracle.sol";
import { MachineState } from "../../src/vital/libraries/MachineState.sol";
import { MemoryTree } from "../../src/vital/libraries/MemoryTree.sol";
import { MachineTest } from "./utils/MachineTest.sol";
import { Math } from "@openzeppelin/contracts/utils/math/Math.sol";

/// @notice Each instruction, each way to end, each refusal. That contract and emulator agree on
/// random states is shown where the emulator is, in packages/vital.
contract RiscVTest is MachineTest {
    uint64 private constant MIN = 1 << 63;
    uint64 private constant MAX = MIN - 1;
    uint64 private constant ONES = type(uint64).max;
    uint64 private constant DATA = 0x20000;

    function _r(
        uint32 opcode,
        uint32 f3,
        uint32 f7
    ) private pure returns (uint32) {
        // rd x5, rs1 x6, rs2 x7
        return f7 << 25 | 7 << 20 | 6 << 15 | f3 << 12 | 5 << 7 | opcode;
    }

    function _i(
        uint32 opcode,
        uint32 f3,
        uint32 immediate
    ) private pure returns (uint32) {
        return immediate << 20 | 6 << 15 | f3 << 12 | 5 << 7 | opcode;
    }

    /// @dev Executes a register operation and compares.
    function _check(
        uint32 word,
        uint64 a,
        uint64 b,
        uint64 expected
    ) private {
        m.x[6] = a;
        m.x[7] = b;
        bytes32 actual = _run(word, 0);
        m.x[5] = expected;
        m.pc += 4;
        assertEq(actual, _hash());
        m.pc = CODE;
    }

    function _checkExit(
        uint32 word,
        uint8 code
    ) private {
        uint256 snapshot = vm.snapshotState();
        bytes32 actual = _run(word, DATA);
        m.exited = true;
        m.exitCode = code;
        assertEq(actual, _hash());
        vm.revertToState(snapshot);
    }

    // --- arithmetic ---

    function test_op() public {
        _check(_r(0x33, 0, 0), ONES, 2, 1);
        _check(_r(0x33, 0, 0x20), 1, 2, ONES);
        _check(_r(0x33, 1, 0), 3, 64 + 62, 3 << 62);
        _check(_r(0x33, 2, 0), ONES, 0, 1);
        _check(_r(0x33, 2, 0), 0, ONES, 0);
        _check(_r(0x33, 3, 0), ONES, 0, 0);
        _check(_r(0x33, 3, 0), 0, ONES, 1);
        _check(_r(0x33, 4, 0), 0xff00, 0x0ff0, 0xf0f0);
        _check(_r(0x33, 5, 0), MIN, 63, 1);
        _check(_r(0x33, 5, 0x20), MIN, 63, ONES);
        _check(_r(0x33, 5, 0x20), MIN, 64, MIN);
        _check(_r(0x33, 6, 0), 0xf0, 0x0f, 0xff);
        _check(_r(0x33, 7, 0), 0xff0, 0x0ff, 0x0f0);
    }

    function test_multiply() public {
        _check(_r(0x33, 0, 1), ONES, ONES, 1);
        _check(_r(0x33, 1, 1), ONES, ONES, 0);
        _check(_r(0x33, 1, 1), MIN, MIN, 1 << 62);
        _check(_r(0x33, 1, 1), MIN, 1, ONES);
        _check(_r(0x33, 2, 1), ONES, ONES, ONES);
        _check(_r(0x33, 2, 1), MIN, ONES, MIN);
        _check(_r(0x33, 2, 1), 1, ONES, 0);
        _check(_r(0x33, 3, 1), ONES, ONES, ONES - 1);
        _check(_r(0x33, 3, 1), MIN, 4, 2);
    }

    function test_divide() public {
        _check(_r(0x33, 4, 1), uint64(int64(-7)), 2, uint64(int64(-3)));
        _check(_r(0x33, 4, 1), 5, 0, ONES);
        _check(_r(0x33, 4, 1), MIN, ONES, MIN);
        _check(_r(0x33, 5, 1), ONES, 2, MAX);
        _check(_r(0x33, 5, 1), 5, 0, ONES);
        _check(_r(0x33, 6, 1), uint64(int64(-7)), 2, ONES);
        _check(_r(0x33, 6, 1), 7, uint64(int64(-2)), 1);
        _check(_r(0x33, 6, 1), 5, 0, 5);
        _check(_r(0x33, 6, 1), MIN, ONES, 0);
        _check(_r(0x33, 7, 1), ONES, 10, 5);
        _check(_r(0x33, 7, 1), 5, 0, 5);
    }

    function test_op32() public {
        _check(_r(0x3b, 0, 0), 0x1_7fffffff, 1, 0xffffffff_80000000);
        _check(_r(0x3b, 0, 0x20), 0x5_00000000, 1, ONES);
        _check(_r(0x3b, 1, 0), 1, 32 + 31, 0xffffffff_80000000);
        _check(_r(0x3b, 5, 0), 0xf_80000000, 31, 1);
        _check(_r(0x3b, 5, 0), 0x80000000, 32, 0xffffffff_80000000);
        _check(_r(0x3b, 5, 0x20), 0x80000000, 31, ONES);
    }

    function test_multiply32() public {
        _check(_r(0x3b, 0, 1), 0xffffffff, 0xffffffff, 1);
        _check(_r(0x3b, 0, 1), 0x10000, 0x8000, 0xffffffff_80000000);
        _check(_r(0x3b, 4, 1), 0x7_80000000, 0xffffffff, 0xffffffff_80000000);
        _check(_r(0x3b, 4, 1), 5, 0xf_00000000, ONES);
        _check(_r(0x3b, 4, 1), 0xfffffff9, 2, uint64(int64(-3)));
        _check(_r(0x3b, 5, 1), 0xffffffff, 1, ONES);
        _check(_r(0x3b, 5, 1), 5, 0, ONES);
        _check(_r(0x3b, 6, 1), 0x80000000, 0xffffffff, 0);
        _check(_r(0x3b, 6, 1), 0x80000000, 0, 0xffffffff_80000000);
        _check(_r(0x3b, 7, 1), 0xffffffff, 0, ONES);
        _check(_r(0x3b, 7, 1), 0xffffffff, 0x80000000, MAX >> 32);
    }

    function test_opImm() public {
        _check(_i(0x13, 0, 0xfff), 0, 0, ONES);
        _check(_i(0x13, 2, 0xfff), MIN, 0, 1);
        _check(_i(0x13, 3, 0xfff), MAX, 0, 1);
        _check(_i(0x13, 4, 0xfff), MAX, 0, MIN);
        _check(_i(0x13, 6, 0x7ff), 0, 0, 0x7ff);
        _check(_i(0x13, 7, 0x800), ONES, 0, ONES - 0x7ff);
        _check(_i(0x13, 1, 63), 1, 0, MIN);
        _check(_i(0x13, 5, 63), MIN, 0, 1);
        _check(_i(0x13, 5, 0x400 | 63), MIN, 0, ONES);
        _check(_i(0x1b, 0, 0xfff), 0x1_00000000, 0, ONES);
        _check(_i(0x1b, 1, 31), 1, 0, 0xffffffff_80000000);
        _check(_i(0x1b, 5, 31), 0x80000000, 0, 1);
        _check(_i(0x1b, 5, 0x400 | 31), 0x80000000, 0, ONES);
    }

    function test_upper() public {
        _check(0x80000000 | 5 << 7 | 0x37, 0, 0, 0xffffffff_80000000);
        _check(0x12345000 | 5 << 7 | 0x37, 0, 0, 0x12345000);
        _check(0xfffff000 | 5 << 7 | 0x17, 0, 0, CODE - 0x1000);
    }

    function test_x0IsNeverWritten() public {
        bytes32 actual = _run(_i(0x13, 0, 1) & ~uint32(0xf80), 0);
        m.pc += 4;
        assertEq(actual, _hash());
    }

    function test_badInstructions() public {
        uint32[22] memory words = [
            uint32(0),
            0xffffffff,
            _r(0x33, 1, 0x20),
            _r(0x33, 0, 2),
            _r(0x33, 7, 0x21),
            _r(0x3b, 2, 0),
            _r(0x3b, 1, 1),
            _r(0x3b, 3, 1),
            _r(0x3b, 1, 0x20),
            _i(0x13, 1, 0x400),
            _i(0x13, 5, 0x440),
            _i(0x13, 5, 0x800),
            _i(0x1b, 1, 32),
            _i(0x1b, 5, 0x420),
            _i(0x1b, 2, 0),
            _i(0x03, 7, 0),
            _i(0x23, 4, 0),
            _i(0x63, 2, 0),
            _i(0x67, 1, 0),
            _i(0x0f, 2, 0),
            0x00200073,
            0x000000f3
        ];
        for (uint256 i; i < words.length; ++i) {
            _checkExit(words[i], 224);
        }
        _checkExit(0x00100073, 229);
    }

    // --- control ---

    function _checkPc(
        uint32 word,
        uint64 target
    ) private {
        uint256 snapshot = vm.snapshotState();
        bytes32 actual = _run(word, 0);
        m.pc = target;
        assertEq(actual, _hash());
        vm.revertToState(snapshot);
    }

    function test_branches() public {
        // x6, x7, taken by BEQ, BNE, BLT, BGE, BLTU, BGEU
        uint64[2][3] memory values = [[uint64(1), 1], [ONES, 1], [uint64(1), ONES]];
        uint8[3] memory taken = [0x29, 0x26, 0x1a];
        uint8[6] memory f3s = [0, 1, 4, 5, 6, 7];
        for (uint256 v; v < 3; ++v) {
            m.x[6] = values[v][0];
            m.x[7] = values[v][1];
            for (uint256 i; i < 6; ++i) {
                bool goes = taken[v] >> i & 1 == 1;
                uint32 base = uint32(7 << 20 | 6 << 15 | uint256(f3s[i]) << 12 | 0x63);
                // +4094, -4096, +8
                _checkPc(base | 0x7e000f80, CODE + (goes ? 4094 : 4));
                _checkPc(base | 0x80000000, goes ? CODE - 4096 : CODE + 4);
                _checkPc(base | 0x400, CODE + (goes ? 8 : 4));
            }
        }
    }

    function test_jal() public {
        m.x[5] = CODE + 4;
        _checkPc(5 << 7 | 0x7ffff000 | 0x6f, CODE + 0xffffe);
        _checkPc(5 << 7 | 0x80000000 | 0x6f, uint64(int64(uint64(CODE)) - 0x100000));
        _checkPc(5 << 7 | 0x00800000 | 0x6f, CODE + 8);
    }

    function test_jalr() public {
        m.x[6] = 0x2001;
        bytes32 actual = _run(_i(0x67, 0, 0xfff), 0);
        m.pc = 0x2000;
        m.x[5] = CODE + 4;
        assertEq(actual, _hash());
    }

    /// @dev The target is known before the link is written.
    function test_jalr_sameRegister() public {
        m.x[5] = 0x3000;
        bytes32 actual = _run(5 << 15 | 5 << 7 | 0x67, 0);
        m.pc = 0x3000;
        m.x[5] = CODE + 4;
        assertEq(actual, _hash());
    }

    function test_badPc() public {
        uint64[4] memory pcs = [uint64(2), 1, 1 << 32, ONES - 3];
        for (uint256 i; i < pcs.length; ++i) {
            m.pc = pcs[i];
            m.exited = false;
            m.exitCode = 0;
            bytes memory state = _state();
            ++m.step;
            m.exited = true;
            m.exitCode = 225;
            assertEq(riscv.step(state, "", ""), _hash());
        }
    }

    function test_lastInstructionOfMemory() public {
        m.pc = 0xfffffffc;
        bytes32 actual = _run(_i(0x13, 0, 0), 0);
        m.x[5] = m.x[6];
        m.pc = 1 << 32;
        assertEq(actual, _hash());
    }

    function test_fence() public {
        _checkPc(0x0ff0000f, CODE + 4);
        _checkPc(0x0000100f, CODE + 4);
    }

    function test_exitedStaysAsItIs() public {
        m.exited = true;
        for (uint256 code; code < 4; ++code) {
            m.exitCode = uint8(code);
            assertEq(riscv.step(_state(), "", ""), _hash());
            assertEq(uint8(_hash()[0]), code < 2 ? code : 2);
        }
    }

    // --- memory ---

    function test_loads() public {
        _setLeaf(DATA, hex"818283848586878801020304050607081112131415161718f1f2f3f4f5f6f7f8");
        m.x[6] = DATA;
        _checkLoad(_i(0x03, 0, 0), 0xffffffffffffff81);
        _checkLoad(_i(0x03, 4, 1), 0x82);
        _checkLoad(_i(0x03, 1, 2), 0xffffffffffff8483);
        _checkLoad(_i(0x03, 5, 6), 0x8887);
        _checkLoad(_i(0x03, 2, 4), 0xffffffff88878685);
        _checkLoad(_i(0x03, 6, 4), 0x88878685);
        _checkLoad(_i(0x03, 3, 24), 0xf8f7f6f5f4f3f2f1);
        _checkLoad(_i(0x03, 0, 31), 0xfffffffffffffff8);
    }

    function _checkLoad(
        uint32 word,
        uint64 expected
    ) private {
        uint256 snapshot = vm.snapshotState();
        bytes32 actual = _run(word, DATA);
        m.x[5] = expected;
        m.pc += 4;
        assertEq(actual, _hash());
        vm.revertToState(snapshot);
    }

    function _s(
        uint32 f3,
        uint32 immediate
    ) private pure returns (uint32) {
        return (immediate >> 5) << 25 | 7 << 20 | 6 << 15 | f3 << 12 | (immediate & 31) << 7 | 0x23;
    }

    function test_stores() public {
        bytes32 before = hex"818283848586878801020304050607081112131415161718f1f2f3f4f5f6f7f8";
        m.x[6] = DATA + 32;
        m.x[7] = 0xa1a2a3a4a5a6a7a8;
        _checkStore(
            _s(0, 0xfe0),
            before,
            hex"a88283848586878801020304050607081112131415161718f1f2f3f4f5f6f7f8"
        );
        _checkStore(
            _s(1, 0xffe),
            before,
            hex"818283848586878801020304050607081112131415161718f1f2f3f4f5f6a8a7"
        );
        _checkStore(
            _s(2, 0xfec),
            before,
            hex"818283848586878801020304a8a7a6a51112131415161718f1f2f3f4f5f6f7f8"
        );
        _checkStore(
            _s(3, 0xff0),
            before,
            hex"81828384858687880102030405060708a8a7a6a5a4a3a2a1f1f2f3f4f5f6f7f8"
        );
    }

    function _checkStore(
        uint32 word,
        bytes32 before,
        bytes32 afterwards
    ) private {
        uint256 snapshot = vm.snapshotState();
        _setLeaf(DATA, before);
        bytes32 actual = _run(word, DATA);
        _setLeaf(DATA, afterwards);
        m.pc += 4;
        assertEq(actual, _hash());
        vm.revertToState(snapshot);
    }

    /// @dev A program that changes itself: the store is to the leaf that it was fetched from.
    function test_storeToItsOwnLeaf() public {
        m.x[6] = CODE + 8;
        m.x[7] = 0x1122334455667788;
        bytes32 actual = _run(_s(3, 0), CODE);
        _setWord(CODE + 8, 0x55667788);
        _setWord(CODE + 12, 0x11223344);
        m.pc += 4;
        assertEq(actual, _hash());
    }

    function test_outOfRange() public {
        for (uint32 f3; f3 < 7; ++f3) {
            uint64 size = uint64(1) << (f3 & 3);
            _checkOutOfRange(f3, (1 << 32) - size + 1);
            _checkOutOfRange(f3, 1 << 32);
            // The end of the access is in range again, modulo 2^64.
            _checkOutOfRange(f3, ONES);
        }
    }

    function _checkOutOfRange(
        uint32 f3,
        uint64 at
    ) private {
        unchecked {
            m.x[6] = at - 2;
        }
        _checkExit(_i(0x03, f3, 2), 227);
        if (f3 < 4) _checkExit(_s(f3, 2), 227);
    }

    /// @dev An address, mostly so that 8 bytes there are in two leaves; up to the last.
    function _address(
        uint256 seed,
        uint64 size
    ) private pure returns (uint64) {
        uint256 offset = bound(seed >> 128, 20, 32);
        uint256 leaf = bound(uint128(seed), 0, (1 << 27) - 1);
        return uint64(Math.min(32 * leaf + offset, (1 << 32) - size));
    }

    function testFuzz_load_anyAddress(
        uint256 seed,
        bytes32 first,
        bytes32 second,
        uint32 f3
    ) public {
        f3 = uint32(bound(f3, 0, 6));
        uint64 size = uint64(1) << (f3 & 3);
        uint64 at = _address(seed, size);
        uint32 word = _i(0x03, f3, 0x7ff);
        _setLeaf(at, first);
        if (at >> 5 < (1 << 27) - 1) _setLeaf(at + 32, second);
        _setWord(CODE, word);
        uint64 value;
        for (uint64 i; i < size; ++i) {
            value |= uint64(_byte(at + i)) << (8 * i);
        }
        uint64 unused = 64 - 8 * size;
        if (f3 < 4) value = uint64(int64(value << unused) >> unused);
        unchecked {
            m.x[6] = at - 0x7ff;
        }
        bytes32 actual = _runAccess(word, at, size, leaves[at >> 5]);
        m.x[5] = value;
        m.pc += 4;
        assertEq(actual, _hash());
    }

    function testFuzz_store_anyAddress(
        uint256 seed,
        bytes32 first,
        bytes32 second,
        uint64 value,
        uint32 f3
    ) public {
        f3 = uint32(bound(f3, 0, 3));
        _checkStoreAt(_address(seed, uint64(1) << f3), first, second, value, f3);
    }

    /// @dev The ways of two leaves to the root meet at every height there is.
    function test_store_neighboursOfEveryHeight() public {
        for (uint256 height = 5; height < 32; ++height) {
            uint64 border = uint64(1) << uint64(height);
            _checkStoreAt(border - 3, keccak256("first"), keccak256("second"), ONES, 3);
            // As the right half of a larger tree.
            uint64 high = uint64(0xa5a5a5a5 << (height + 1)) & 0xffffffff;
            _checkStoreAt(high + border - 1, keccak256("first"), 0, MIN, 1);
        }
    }

    /// @dev The half of the instruction itself, and what is in front of it.
    function test_store_acrossOverItself() public {
        _checkStoreAt(CODE - 6, keccak256("first"), 0, 0x1122334455667788, 3);
        _checkStoreAt(CODE + 28, 0, keccak256("second"), 0x1122334455667788, 3);
    }

    function _checkStoreAt(
        uint64 at,
        bytes32 first,
        bytes32 second,
        uint64 value,
        uint32 f3
    ) private {
        uint256 snapshot = vm.snapshotState();
        uint64 size = uint64(1) << f3;
        uint32 word = _s(f3, 0x800);
        _setLeaf(at, first);
        if (at >> 5 < (1 << 27) - 1) _setLeaf(at + 32, second);
        _setWord(CODE, word);
        unchecked {
            m.x[6] = at + 0x800;
        }
        m.x[7] = value;
        bytes32 written = leaves[at >> 5];
        for (uint64 i; i < size && (at + i) >> 5 == at >> 5; ++i) {
            uint256 shift = 248 - 8 * ((at + i) & 31);
            written &= ~bytes32(uint256(0xff) << shift);
            written |= bytes32(uint256(uint8(value >> (8 * i))) << shift);
        }
        bytes32 actual = _runAccess(word, at, size, written);
        for (uint64 i; i < size; ++i) {
            _setByte(at + i, uint8(value >> (8 * i)));
        }
        m.pc += 4;
        assertEq(actual, _hash());
        vm.revertToState(snapshot);
    }

    // --- proofs and states ---

    function test_proof_refusals() public {
        m.x[6] = DATA;
        _setWord(CODE, _i(0x03, 3, 0));
        bytes memory state = _state();
        bytes memory whole = _proof(DATA);
        bytes memory short = _leafProof(CODE);
        vm.expectRevert(abi.encodeWithSelector(MemoryTree.ShortProof.selector, 896, 0));
        riscv.step(state, "", "");
        vm.expectRevert(abi.encodeWithSelector(MemoryTree.ShortProof.selector, 1792, 896));
        riscv.step(state, short, "");
        riscv.step(state, abi.encodePacked(whole, "more"), "");
    }

    function testFuzz_proof_anyByte(
        uint256 at,
        uint8 flip
    ) public {
        vm.assume(flip != 0);
        m.x[6] = DATA;
        _setWord(CODE, _i(0x03, 3, 0));
        bytes memory state = _state();
        bytes memory proof = _proof(DATA);
        at = bound(at, 0, proof.length - 1);
        proof[at] = bytes1(uint8(proof[at]) ^ flip);
        vm.expectPartialRevert(MemoryTree.WrongMemoryRoot.selector);
        riscv.step(state, proof, "");
    }

    /// @dev A store in two leaves: each part of its proof is needed, in its order, and the last
    /// leads to the root that the first write made.
    function test_proof_across_refusals() public {
        m.x[6] = DATA - 3;
        m.x[7] = ONES;
        _setLeaf(DATA, keccak256("second"));
        _setWord(CODE, _s(3, 0));
        bytes memory state = _state();
        bytes memory old = abi.encodePacked(_proof(DATA - 3), _leafProof(DATA));
        bytes memory good = _proofAcross(DATA - 3, bytes32(uint256(0xffffff)));
        riscv.step(state, good, "");
        riscv.step(state, abi.encodePacked(good, "more"), "");
        bytes memory part = _proof(DATA - 3);
        vm.expectRevert(abi.encodeWithSelector(MemoryTree.ShortProof.selector, 2688, 1792));
        riscv.step(state, part, "");
        assembly {
            mstore(part, 2687)
        }
        vm.expectRevert(abi.encodeWithSelector(MemoryTree.ShortProof.selector, 2688, 2687));
        riscv.step(state, part, "");
        vm.expectPartialRevert(MemoryTree.WrongMemoryRoot.selector);
        riscv.step(state, old, "");
        bytes memory twice = abi.encodePacked(_proof(DATA - 3), _leafProof(DATA - 3));
        vm.expectPartialRevert(MemoryTree.WrongMemoryRoot.selector);
        riscv.step(state, twice, "");
        bytes memory swapped =
            abi.encodePacked(_leafProof(CODE), _leafProof(DATA), _leafProof(DATA - 3));
        vm.expectPartialRevert(MemoryTree.WrongMemoryRoot.selector);
        riscv.step(state, swapped, "");
    }

    /// @dev A load in two leaves, of which nothing is written: both proofs lead to the same root.
    function testFuzz_proof_across_anyByte(
        uint256 at,
        uint8 flip,
        bool stores
    ) public {
        vm.assume(flip != 0);
        m.x[6] = DATA - 3;
        m.x[7] = ONES;
        _setWord(CODE, stores ? _s(3, 0) : _i(0x03, 3, 0));
        bytes memory state = _state();
        bytes memory proof =
            _proofAcross(DATA - 3, stores ? bytes32(uint256(0xffffff)) : leaves[(DATA - 3) >> 5]);
        riscv.step(state, proof, "");
        at = bound(at, 0, proof.length - 1);
        proof[at] = bytes1(uint8(proof[at]) ^ flip);
        vm.expectPartialRevert(MemoryTree.WrongMemoryRoot.selector);
        riscv.step(state, proof, "");
    }

    function test_state_malformed() public {
        bytes memory state = _state();
        bytes memory long = abi.encodePacked(state, uint8(0));
        vm.expectRevert(abi.encodeWithSelector(MachineState.MalformedState.selector, 347, 0, 0));
        riscv.step(long, "", "");
        state[81] = 0x02;
        vm.expectRevert(abi.encodeWithSelector(MachineState.MalformedState.selector, 346, 2, 0));
        riscv.step(state, "", "");
        state[81] = 0x00;
        state[97] = 0x01;
        vm.expectRevert(abi.encodeWithSelector(MachineState.MalformedState.selector, 346, 0, 1));
        riscv.step(state, "", "");
    }

    // --- calls ---

    function _call(
        uint64 number,
        uint64 a0,
        uint64 a1,
        uint64 a2
    ) private {
        m.x[17] = number;
        m.x[10] = a0;
        m.x[11] = a1;
        m.x[12] = a2;
    }

    function _checkReturn(
        uint64 expected
    ) private {
        bytes32 actual = _run(0x73, DATA);
        m.x[10] = expected;
        m.pc += 4;
        assertEq(actual, _hash());
        m.pc = CODE;
    }

    function test_call_exit() public {
        for (uint64 code; code < 3; ++code) {
            _call(93 + code % 2, 0x100 | code, 0, 0);
            _checkExit(0x73, uint8(code));
        }
        _call(1, 0, 0, 0);
        _checkExit(0x73, 228);
    }

    function test_call_streams() public {
        _call(63, 0, DATA, 10);
        _checkReturn(0);
        _call(63, 3, ONES, 10);
        _checkReturn(10);
        _call(64, 1, DATA, ONES);
        _checkReturn(ONES);
        _call(64, 2, DATA, 7);
        _checkReturn(7);
        _call(64, 4, DATA, 7);
        _checkReturn(7);
        uint64[4] memory numbers = [uint64(63), 63, 64, 64];
        uint64[4] memory fds = [uint64(1), 6, 0, 5];
        for (uint256 i; i < 4; ++i) {
            _call(numbers[i], fds[i], DATA, 7);
            _checkReturn(uint64(int64(-9)));
        }
    }

    function test_call_writeKey() public {
        bytes32 data = keccak256("data");
        m.offset = 5;
        m.key = keccak256("key");
        _setLeaf(DATA, data);
        _call(64, 6, DATA + 3, 4);
        bytes32 actual = _run(0x73, DATA);
        m.key = bytes32(uint256(m.key) << 32 | uint32(bytes4(data << 24)));
        m.offset = 0;
        m.x[10] = 4;
        m.pc += 4;
        assertEq(actual, _hash());
    }

    function test_call_writeKeyUpToTheLeafsEnd() public {
        _setLeaf(DATA, keccak256("data"));
        m.key = keccak256("key");
        _call(64, 6, DATA + 30, ONES);
        bytes32 actual = _run(0x73, DATA);
        m.key = bytes32(uint256(m.key) << 16 | uint16(uint256(keccak256("data"))));
        m.x[10] = 2;
        m.pc += 4;
        assertEq(actual, _hash());
        m.pc = CODE;
        _call(64, 6, DATA, 32);
        actual = _run(0x73, DATA);
        m.key = keccak256("data");
        m.x[10] = 32;
        m.pc += 4;
        assertEq(actual, _hash());
    }

    function test_call_readPreimage() public {
        bytes memory preimage = "0123456789abcdefghijklmnopqrstuvwxyz";
        m.key = bytes32(uint256(2) << 248) | (keccak256(preimage) << 8 >> 8);
        oracle.loadKeccak256PreimagePart(8, preimage);
        _setLeaf(DATA, bytes32(type(uint256).max));
        m.offset = 8;
        _call(63, 5, DATA + 4, 10);
        bytes32 actual = _run(0x73, DATA);
        bytes memory leaf = abi.encodePacked(type(uint256).max);
        for (uint256 i; i < 10; ++i) {
            leaf[4 + i] = preimage[i];
        }
        _setLeaf(DATA, bytes32(leaf));
        m.offset = 18;
        m.x[10] = 10;
        m.pc += 4;
        assertEq(actual, _hash());
    }

    function test_call_readPreimage_tail() public {
        bytes memory preimage = "0123456789";
        m.key = bytes32(uint256(2) << 248) | (keccak256(preimage) << 8 >> 8);
        m.offset = 16;
        oracle.loadKeccak256PreimagePart(16, preimage);
        _call(63, 5, DATA, 32);
        bytes32 actual = _run(0x73, DATA);
        _setLeaf(DATA, bytes32("89"));
        m.offset = 18;
        m.x[10] = 2;
        m.pc += 4;
        assertEq(actual, _hash());
        // At the end there is nothing left.
        m.pc = CODE;
        oracle.loadKeccak256PreimagePart(18, preimage);
        _call(63, 5, DATA, 32);
        _checkReturn(0);
    }

    function test_call_readPreimage_notLoaded() public {
        m.key = bytes32(uint256(2) << 248);
        _call(63, 5, DATA, 32);
        _setWord(CODE, 0x73);
        bytes memory state = _state();
        bytes memory proof = _proof(DATA);
        vm.expectPartialRevert(IPreimageOracle.PreimageNotFound.selector);
        riscv.step(state, proof, "");
    }

    function test_call_readPreimage_local() public {
        m.key = bytes32(uint256(1) << 248 | 3);
        m.offset = 8;
        oracle.loadLocalData(3, "context", "local data", 32, 8);
        _call(63, 5, DATA, 32);
        bytes32 actual = _run(0x73, DATA);
        _setLeaf(DATA, "local data");
        m.offset = 40;
        m.x[10] = 32;
        m.pc += 4;
        assertEq(actual, _hash());
    }

    function test_call_badBuffers() public {
        uint64[2] memory numbers = [uint64(63), 64];
        for (uint256 i; i < 2; ++i) {
            _call(numbers[i], 5 + uint64(i), 1 << 32, 1);
            _checkExit(0x73, 227);
            _call(numbers[i], 5 + uint64(i), ONES, 0);
            _checkReturn(0);
        }
    }

    // --- gas ---

    function _snapshot(
        string memory name,
        uint32 word
    ) private {
        m.x[6] = DATA;
        _run(word, DATA);
        vm.snapshotGasLastCall("RiscV", name);
    }

    /// @dev An access of 8 bytes in two leaves.
    function _snapshotAcross(
        string memory name,
        uint32 word,
        bytes32 first
    ) private {
        m.x[6] = DATA - 3;
        m.x[7] = ONES;
        _runAccess(word, DATA - 3, 8, first);
        vm.snapshotGasLastCall("RiscV", name);
    }

    function test_gas_steps() public {
        vm.snapshotValue("RiscV", "deployed bytes", address(riscv).code.length);
        _snapshot("ADDI", _i(0x13, 0, 1));
        _snapshot("ADD", _r(0x33, 0, 0));
        _snapshot("MULHSU", _r(0x33, 2, 1));
        _snapshot("REM", _r(0x33, 6, 1));
        _snapshot("REMW", _r(0x3b, 6, 1));
        _snapshot("SRAIW", _i(0x1b, 5, 0x401));
        _snapshot("LUI", 0x37);
        _snapshot("JALR", _i(0x67, 0, 0));
        _snapshot("BGEU", 7 << 20 | 6 << 15 | 7 << 12 | 0x63);
        _snapshot("LW", _i(0x03, 2, 0));
        _snapshot("LD", _i(0x03, 3, 0));
        _snapshot("SB", _s(0, 0));
        _snapshot("SD", _s(3, 0));
        _snapshotAcross("LD in two leaves", _i(0x03, 3, 0), 0);
        _snapshotAcross("SD in two leaves", _s(3, 0), bytes32(uint256(0xffffff)));
        _snapshot("FENCE", 0x0f);
        _snapshot("bad instruction", 0);
        _call(93, 0, 0, 0);
        _snapshot("ECALL exit", 0x73);
        _call(64, 6, DATA, 32);
        _snapshot("ECALL write of a key", 0x73);
        bytes memory preimage = "0123456789abcdefghijklmnopqrstuvwxyz";
        m.key = bytes32(uint256(2) << 248) | (keccak256(preimage) << 8 >> 8);
        m.offset = 8;
        oracle.loadKeccak256PreimagePart(8, preimage);
        vm.cool(address(oracle));
        _call(63, 5, DATA, 32);
        _snapshot("ECALL read of a preimage", 0x73);
    }
}
