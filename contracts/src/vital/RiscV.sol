// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { IBigStepper } from "./interfaces/IBigStepper.sol";
import { IPreimageOracle } from "./interfaces/IPreimageOracle.sol";
import { MachineState } from "./libraries/MachineState.sol";
import { MemoryTree } from "./libraries/MemoryTree.sol";
import { PreimageKey } from "./libraries/PreimageKey.sol";
import { RiscVArithmetic } from "./libraries/RiscVArithmetic.sol";

/// @title RiscV
/// @notice One step of the proof machine, an RV64IM processor whose memory is a Merkle tree. The
/// specification is docs/riscv.md; the emulator is its other implementation.
contract RiscV is IBigStepper {
    using MachineState for MachineState.Pointer;

    /// @notice Semantic version.
    string public constant version = "1.1.0";

    /// @inheritdoc IBigStepper
    IPreimageOracle public immutable oracle;

    uint8 private constant BAD_INSTRUCTION = 224;
    uint8 private constant BAD_PC = 225;
    uint8 private constant OUT_OF_RANGE = 227;
    uint8 private constant BAD_ECALL = 228;
    uint8 private constant BREAKPOINT = 229;

    uint256 private constant OPCODE_LOAD = 0x03;
    uint256 private constant OPCODE_MISC_MEM = 0x0f;
    uint256 private constant OPCODE_OP_IMM = 0x13;
    uint256 private constant OPCODE_AUIPC = 0x17;
    uint256 private constant OPCODE_OP_IMM_32 = 0x1b;
    uint256 private constant OPCODE_STORE = 0x23;
    uint256 private constant OPCODE_OP = 0x33;
    uint256 private constant OPCODE_LUI = 0x37;
    uint256 private constant OPCODE_OP_32 = 0x3b;
    uint256 private constant OPCODE_BRANCH = 0x63;
    uint256 private constant OPCODE_JALR = 0x67;
    uint256 private constant OPCODE_JAL = 0x6f;
    uint256 private constant OPCODE_SYSTEM = 0x73;
    uint256 private constant ECALL = 0x00000073;
    uint256 private constant EBREAK = 0x00100073;

    uint256 private constant A0 = 10;
    uint256 private constant A1 = 11;
    uint256 private constant A2 = 12;
    uint256 private constant A7 = 17;

    uint64 private constant SYS_READ = 63;
    uint64 private constant SYS_WRITE = 64;
    uint64 private constant SYS_EXIT = 93;
    uint64 private constant SYS_EXIT_GROUP = 94;
    uint64 private constant STDIN = 0;
    uint64 private constant STDOUT = 1;
    uint64 private constant STDERR = 2;
    uint64 private constant HINT_READ = 3;
    uint64 private constant HINT_WRITE = 4;
    uint64 private constant PREIMAGE_READ = 5;
    uint64 private constant PREIMAGE_WRITE = 6;
    /// @dev -9.
    uint64 private constant EBADF = 0xfffffffffffffff7;

    uint64 private constant MEMORY_SIZE = 1 << 32;

    /// @dev What an instruction is executed with.
    struct Context {
        MachineState.Pointer state;
        uint64 pc;
        uint256 instruction;
        bytes32 localContext;
    }

    constructor(
        IPreimageOracle oracle_
    ) {
        oracle = oracle_;
    }

    /// @inheritdoc IBigStepper
    function step(
        bytes calldata stateData,
        bytes calldata proof,
        bytes32 localContext
    ) external view returns (bytes32) {
        MachineState.Pointer state = MachineState.load(stateData);
        if (!state.exited()) {
            state.countStep();
            uint64 pc = state.pc();
            if (pc >= MEMORY_SIZE || pc & 3 != 0) {
                state.exit(BAD_PC);
            } else {
                bytes32 leaf = MemoryTree.leaf(state.memoryRoot(), proof, 0, pc);
                uint256 instruction = _number(_from(leaf, pc), 4);
                _execute(Context(state, pc, instruction, localContext), proof);
            }
        }
        return state.hash();
    }

    function _execute(
        Context memory c,
        bytes calldata proof
    ) private view {
        uint256 opcode = c.instruction & 0x7f;
        if (opcode == OPCODE_OP_IMM) _opImm(c);
        else if (opcode == OPCODE_OP) _op(c);
        else if (opcode == OPCODE_LOAD) _load(c, proof);
        else if (opcode == OPCODE_STORE) _store(c, proof);
        else if (opcode == OPCODE_BRANCH) _branch(c);
        else if (opcode == OPCODE_JAL) _jal(c);
        else if (opcode == OPCODE_JALR) _jalr(c);
        else if (opcode == OPCODE_LUI) _write(c, uint64(_immediateU(c.instruction)));
        else if (opcode == OPCODE_AUIPC) _auipc(c);
        else if (opcode == OPCODE_OP_IMM_32) _opImm32(c);
        else if (opcode == OPCODE_OP_32) _op32(c);
        else if (opcode == OPCODE_MISC_MEM) _fence(c);
        else if (opcode == OPCODE_SYSTEM) _system(c, proof);
        else c.state.exit(BAD_INSTRUCTION);
    }

    // --- arithmetic ---

    function _opImm(
        Context memory c
    ) private pure {
        uint256 f3 = _f3(c.instruction);
        uint256 f6 = c.instruction >> 26;
        bool shifts = f3 & 3 == 1;
        bool alternative = f3 == 5 && f6 == 0x10;
        if (shifts && f6 != 0 && !alternative) return c.state.exit(BAD_INSTRUCTION);
        uint64 immediate = uint64(_immediateI(c.instruction));
        _write(c, RiscVArithmetic.operate(f3, alternative, _rs1(c), immediate));
    }

    function _opImm32(
        Context memory c
    ) private pure {
        uint256 f3 = _f3(c.instruction);
        uint256 f7 = _f7(c.instruction);
        bool alternative = f3 == 5 && f7 == 0x20;
        bool good = f3 == 0 || ((f3 == 1 || f3 == 5) && f7 == 0) || alternative;
        if (!good) return c.state.exit(BAD_INSTRUCTION);
        uint64 immediate = uint64(_immediateI(c.instruction));
        _write(c, RiscVArithmetic.operate32(f3, alternative, _rs1(c), immediate));
    }

    function _op(
        Context memory c
    ) private pure {
        uint256 f3 = _f3(c.instruction);
        uint256 f7 = _f7(c.instruction);
        if (f7 == 1) return _write(c, RiscVArithmetic.multiply(f3, _rs1(c), _rs2(c)));
        bool alternative = f7 == 0x20 && (f3 == 0 || f3 == 5);
        if (f7 != 0 && !alternative) return c.state.exit(BAD_INSTRUCTION);
        _write(c, RiscVArithmetic.operate(f3, alternative, _rs1(c), _rs2(c)));
    }

    function _op32(
        Context memory c
    ) private pure {
        uint256 f3 = _f3(c.instruction);
        uint256 f7 = _f7(c.instruction);
        if (f7 == 1 && (f3 == 0 || f3 > 3)) {
            return _write(c, RiscVArithmetic.multiply32(f3, _rs1(c), _rs2(c)));
        }
        bool alternative = f7 == 0x20 && (f3 == 0 || f3 == 5);
        bool good = (f7 == 0 && (f3 == 0 || f3 == 1 || f3 == 5)) || alternative;
        if (!good) return c.state.exit(BAD_INSTRUCTION);
        _write(c, RiscVArithmetic.operate32(f3, alternative, _rs1(c), _rs2(c)));
    }

    function _auipc(
        Context memory c
    ) private pure {
        unchecked {
            _write(c, c.pc + uint64(_immediateU(c.instruction)));
        }
    }

    // --- control ---

    function _branch(
        Context memory c
    ) private pure {
        uint256 f3 = _f3(c.instruction);
        if (f3 == 2 || f3 == 3) return c.state.exit(BAD_INSTRUCTION);
        unchecked {
            bool taken = RiscVArithmetic.branches(f3, _rs1(c), _rs2(c));
            c.state.setPc(c.pc + (taken ? uint64(_immediateB(c.instruction)) : 4));
        }
    }

    function _jal(
        Context memory c
    ) private pure {
        unchecked {
            _jump(c, c.pc + uint64(_immediateJ(c.instruction)));
        }
    }

    function _jalr(
        Context memory c
    ) private pure {
        if (_f3(c.instruction) != 0) return c.state.exit(BAD_INSTRUCTION);
        unchecked {
            _jump(c, (_rs1(c) + uint64(_immediateI(c.instruction))) & ~uint64(1));
        }
    }

    function _jump(
        Context memory c,
        uint64 target
    ) private pure {
        unchecked {
            c.state.setRegister(_rd(c.instruction), c.pc + 4);
        }
        c.state.setPc(target);
    }

    /// @dev FENCE and FENCE.I: there is one hart, and a fetch sees every store.
    function _fence(
        Context memory c
    ) private pure {
        if (_f3(c.instruction) > 1) return c.state.exit(BAD_INSTRUCTION);
        _next(c);
    }

    // --- memory ---

    function _load(
        Context memory c,
        bytes calldata proof
    ) private pure {
        uint256 f3 = _f3(c.instruction);
        if (f3 == 7) return c.state.exit(BAD_INSTRUCTION);
        uint64 size = uint64(1) << uint64(f3 & 3);
        uint64 at;
        unchecked {
            at = _rs1(c) + uint64(_immediateI(c.instruction));
        }
        if (at > MEMORY_SIZE - size) return c.state.exit(OUT_OF_RANGE);
        bytes32 root = c.state.memoryRoot();
        bytes32 data = _from(MemoryTree.leaf(root, proof, 1, at), at);
        uint64 room = _room(at);
        if (size > room) data |= MemoryTree.leaf(root, proof, 2, at + room) >> (8 * room);
        uint64 value = _number(data, size);
        if (f3 == 0) value = uint64(int64(int8(uint8(value))));
        else if (f3 == 1) value = uint64(int64(int16(uint16(value))));
        else if (f3 == 2) value = RiscVArithmetic.extend32(uint32(value));
        _write(c, value);
    }

    function _store(
        Context memory c,
        bytes calldata proof
    ) private pure {
        uint256 f3 = _f3(c.instruction);
        if (f3 > 3) return c.state.exit(BAD_INSTRUCTION);
        uint64 size = uint64(1) << uint64(f3);
        uint64 at;
        unchecked {
            at = _rs1(c) + uint64(_immediateS(c.instruction));
        }
        if (at > MEMORY_SIZE - size) return c.state.exit(OUT_OF_RANGE);
        bytes32 data = bytes32(uint256(_swap(_rs2(c))) << 192);
        _patch(c, proof, 1, at, data, size);
        uint64 room = _room(at);
        if (size > room) _patch(c, proof, 2, at + room, data << (8 * room), size - room);
        _next(c);
    }

    /// @dev Puts the first `size` bytes of `data`, those that fit, into the leaf of an address. Its
    /// proof leads to the memory root as earlier writes of the same instruction left it.
    function _patch(
        Context memory c,
        bytes calldata proof,
        uint256 index,
        uint64 at,
        bytes32 data,
        uint64 size
    ) private pure {
        bytes32 leaf = MemoryTree.leaf(c.state.memoryRoot(), proof, index, at);
        uint256 offset = 8 * (at & 31);
        bytes32 mask = ~bytes32(type(uint256).max >> (8 * size)) >> offset;
        bytes32 patched = (leaf & ~mask) | ((data >> offset) & mask);
        c.state.setMemoryRoot(MemoryTree.rootWith(proof, index, at, patched));
    }

    /// @dev Bytes from an address to the end of its leaf.
    function _room(
        uint64 at
    ) private pure returns (uint64) {
        return uint64(MemoryTree.LEAF_SIZE) - (at & 31);
    }

    /// @dev The bytes of a leaf from an address on, then zeros.
    function _from(
        bytes32 leaf,
        uint64 at
    ) private pure returns (bytes32) {
        return leaf << (8 * (at & 31));
    }

    /// @dev The first `size` bytes, little-endian; at most 8.
    function _number(
        bytes32 data,
        uint64 size
    ) private pure returns (uint64) {
        return _swap(uint64(uint256(data) >> 192)) & (type(uint64).max >> (64 - 8 * size));
    }

    /// @dev Reverses eight bytes.
    function _swap(
        uint64 v
    ) private pure returns (uint64) {
        v = ((v >> 8) & 0x00ff00ff00ff00ff) | ((v & 0x00ff00ff00ff00ff) << 8);
        v = ((v >> 16) & 0x0000ffff0000ffff) | ((v & 0x0000ffff0000ffff) << 16);
        return (v >> 32) | (v << 32);
    }

    // --- calls ---

    function _system(
        Context memory c,
        bytes calldata proof
    ) private view {
        if (c.instruction == EBREAK) return c.state.exit(BREAKPOINT);
        if (c.instruction != ECALL) return c.state.exit(BAD_INSTRUCTION);
        uint64 number = c.state.register(A7);
        uint64 fd = c.state.register(A0);
        uint64 length = c.state.register(A2);
        if (number == SYS_EXIT || number == SYS_EXIT_GROUP) {
            c.state.exit(uint8(fd));
        } else if (number == SYS_READ) {
            if (fd == PREIMAGE_READ) _readPreimage(c, proof, length);
            else if (fd == HINT_READ) _return(c, length);
            else _return(c, fd == STDIN ? 0 : EBADF);
        } else if (number == SYS_WRITE) {
            if (fd == PREIMAGE_WRITE) _writeKey(c, proof, length);
            else if (fd == STDOUT || fd == STDERR || fd == HINT_WRITE) _return(c, length);
            else _return(c, EBADF);
        } else {
            c.state.exit(BAD_ECALL);
        }
    }

    function _readPreimage(
        Context memory c,
        bytes calldata proof,
        uint64 length
    ) private view {
        if (length == 0) return _return(c, 0);
        uint64 at = c.state.register(A1);
        if (at >= MEMORY_SIZE) return c.state.exit(OUT_OF_RANGE);

        bytes32 key = c.state.preimageKey();
        if (PreimageKey.typeOf(key) == PreimageKey.LOCAL) {
            key = PreimageKey.localize(key, msg.sender, c.localContext);
        }
        uint64 offset = c.state.preimageOffset();
        (bytes32 data, uint256 available) = oracle.readPreimage(key, offset);
        uint64 n = _least(length, at, available);
        _patch(c, proof, 1, at, data, n);
        c.state.setPreimageOffset(offset + n);
        _return(c, n);
    }

    function _writeKey(
        Context memory c,
        bytes calldata proof,
        uint64 length
    ) private pure {
        if (length == 0) return _return(c, 0);
        uint64 at = c.state.register(A1);
        if (at >= MEMORY_SIZE) return c.state.exit(OUT_OF_RANGE);
        bytes32 leaf = MemoryTree.leaf(c.state.memoryRoot(), proof, 1, at);

        uint64 n = _least(length, at, MemoryTree.LEAF_SIZE);
        uint256 written = uint256(_from(leaf, at)) >> (256 - 8 * n);
        c.state.setPreimageKey(bytes32(uint256(c.state.preimageKey()) << (8 * n) | written));
        c.state.setPreimageOffset(0);
        _return(c, n);
    }

    /// @dev How many bytes a call moves: as many as asked for, there, and in the leaf.
    function _least(
        uint64 length,
        uint64 at,
        uint256 available
    ) private pure returns (uint64) {
        uint256 n = _room(at);
        if (length < n) n = length;
        return uint64(available < n ? available : n);
    }

    function _return(
        Context memory c,
        uint64 value
    ) private pure {
        c.state.setRegister(A0, value);
        _next(c);
    }

    // --- fields of an instruction ---

    /// @dev The result of an instruction, after which comes the next.
    function _write(
        Context memory c,
        uint64 value
    ) private pure {
        c.state.setRegister(_rd(c.instruction), value);
        _next(c);
    }

    function _next(
        Context memory c
    ) private pure {
        unchecked {
            c.state.setPc(c.pc + 4);
        }
    }

    function _rs1(
        Context memory c
    ) private pure returns (uint64) {
        return c.state.register((c.instruction >> 15) & 31);
    }

    function _rs2(
        Context memory c
    ) private pure returns (uint64) {
        return c.state.register((c.instruction >> 20) & 31);
    }

    function _rd(
        uint256 instruction
    ) private pure returns (uint256) {
        return (instruction >> 7) & 31;
    }

    function _f3(
        uint256 instruction
    ) private pure returns (uint256) {
        return (instruction >> 12) & 7;
    }

    function _f7(
        uint256 instruction
    ) private pure returns (uint256) {
        return instruction >> 25;
    }

    function _immediateI(
        uint256 instruction
    ) private pure returns (int64) {
        return int64(int32(uint32(instruction))) >> 20;
    }

    function _immediateS(
        uint256 instruction
    ) private pure returns (int64) {
        return (_immediateI(instruction) & ~int64(31)) | int64(uint64((instruction >> 7) & 31));
    }

    function _immediateB(
        uint256 instruction
    ) private pure returns (int64) {
        int64 high = (int64(int32(uint32(instruction))) >> 31) << 12;
        uint256 low = ((instruction & 0x80) << 4) | ((instruction >> 20) & 0x7e0)
            | ((instruction >> 7) & 0x1e);
        return high | int64(uint64(low));
    }

    function _immediateU(
        uint256 instruction
    ) private pure returns (int64) {
        return int64(int32(uint32(instruction & 0xfffff000)));
    }

    function _immediateJ(
        uint256 instruction
    ) private pure returns (int64) {
        int64 high = (int64(int32(uint32(instruction))) >> 31) << 20;
        uint256 low =
            (instruction & 0xff000) | ((instruction >> 9) & 0x800) | ((instruction >> 20) & 0x7fe);
        return high | int64(uint64(low));
    }
}
