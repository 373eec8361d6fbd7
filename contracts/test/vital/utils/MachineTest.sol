// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { PreimageOracle } from "../../../src/vital/PreimageOracle.sol";
import { RiscV } from "../../../src/vital/RiscV.sol";
import { Test } from "forge-std/Test.sol";

/// @notice A machine of which each field is a variable, and whose memory is a few leaves; it makes
/// the bytes that the contract takes.
abstract contract MachineTest is Test {
    struct Machine {
        bytes32 key;
        uint64 offset;
        uint64 pc;
        uint8 exitCode;
        bool exited;
        uint64 step;
        uint64[32] x;
    }

    uint64 internal constant CODE = 0x10000;

    PreimageOracle internal oracle = new PreimageOracle();
    RiscV internal riscv = new RiscV(oracle);
    Machine internal m;
    /// @dev Leaves that are not zero, by index.
    mapping(uint64 index => bytes32 leaf) internal leaves;
    /// @dev Indices of leaves that were ever set, each once.
    uint64[] internal written;
    mapping(uint64 index => bool) private listed;

    function setUp() public virtual {
        m.pc = CODE;
        m.step = 41;
        for (uint256 i = 1; i < 32; ++i) {
            m.x[i] = uint64(uint256(keccak256(abi.encode("x", i))));
        }
    }

    // --- memory ---

    function _setLeaf(
        uint64 at,
        bytes32 leaf
    ) internal {
        uint64 index = at >> 5;
        leaves[index] = leaf;
        if (listed[index]) return;
        listed[index] = true;
        written.push(index);
    }

    /// @dev The node over 2^height leaves that begins at `index << height`.
    function _node(
        uint256 height,
        uint64 index
    ) internal view returns (bytes32) {
        if (height == 0) return leaves[index];
        bool used;
        for (uint256 i; i < written.length; ++i) {
            used = used || written[i] >> height == index;
        }
        if (!used) return _zero(height);
        return keccak256(abi.encode(_node(height - 1, 2 * index), _node(height - 1, 2 * index + 1)));
    }

    function _zero(
        uint256 height
    ) private pure returns (bytes32 node) {
        for (uint256 i; i < height; ++i) {
            node = keccak256(abi.encode(node, node));
        }
    }

    function _leafProof(
        uint64 at
    ) internal view returns (bytes memory proof) {
        uint64 index = at >> 5;
        proof = abi.encode(leaves[index]);
        for (uint256 height; height < 27; ++height) {
            proof = abi.encodePacked(proof, _node(height, (index >> height) ^ 1));
        }
    }

    function _setWord(
        uint64 at,
        uint32 word
    ) internal {
        uint256 shift = 224 - 8 * (at & 31);
        uint256 swapped =
            uint256(word & 0xff) << 24 | (word & 0xff00) << 8 | (word >> 8) & 0xff00 | word >> 24;
        uint256 leaf = uint256(leaves[at >> 5]) & ~(uint256(0xffffffff) << shift);
        _setLeaf(at, bytes32(leaf | swapped << shift));
    }

    // --- state ---

    function _state() internal view returns (bytes memory data) {
        Machine memory machine = m;
        data = abi.encodePacked(
            _node(27, 0),
            machine.key,
            machine.offset,
            machine.pc,
            machine.exitCode,
            machine.exited,
            machine.step
        );
        for (uint256 i; i < 32; ++i) {
            data = abi.encodePacked(data, machine.x[i]);
        }
    }

    function _hash() internal view returns (bytes32) {
        uint256 status = !m.exited ? 3 : m.exitCode == 0 ? 0 : m.exitCode == 1 ? 1 : 2;
        return bytes32(status << 248) | (keccak256(_state()) << 8 >> 8);
    }

    function _proof(
        uint64 data
    ) internal view returns (bytes memory) {
        return abi.encodePacked(_leafProof(m.pc), _leafProof(data));
    }

    /// @dev Executes a word; the state that the test makes of `m` afterwards must hash to the
    /// answer.
    function _run(
        uint32 word,
        uint64 data
    ) internal returns (bytes32) {
        _setWord(m.pc, word);
        bytes memory state = _state();
        bytes memory proof = _proof(data);
        ++m.step;
        return riscv.step(state, proof, "context");
    }

    // --- accesses in two leaves ---

    /// @dev The proof of an access that reaches the leaf behind that of `at`: the last part is of
    /// memory as it is once `first` is written to the leaf of `at`.
    function _proofAcross(
        uint64 at,
        bytes32 first
    ) internal returns (bytes memory proof) {
        proof = _proof(at);
        bytes32 before = leaves[at >> 5];
        _setLeaf(at, first);
        proof = abi.encodePacked(proof, _leafProof(at + 32));
        _setLeaf(at, before);
    }

    /// @dev Executes a word that loads or stores `size` bytes, with as many proofs as it takes.
    /// @param first The leaf of `at` afterwards.
    function _runAccess(
        uint32 word,
        uint64 at,
        uint64 size,
        bytes32 first
    ) internal returns (bytes32) {
        if ((at & 31) + size <= 32) return _run(word, at);
        _setWord(m.pc, word);
        bytes memory state = _state();
        bytes memory proof = _proofAcross(at, first);
        ++m.step;
        return riscv.step(state, proof, "context");
    }

    function _byte(
        uint64 at
    ) internal view returns (uint8) {
        return uint8(leaves[at >> 5][at & 31]);
    }

    function _setByte(
        uint64 at,
        uint8 value
    ) internal {
        uint256 shift = 248 - 8 * (at & 31);
        uint256 leaf = uint256(leaves[at >> 5]) & ~(uint256(0xff) << shift);
        _setLeaf(at, bytes32(leaf | uint256(value) << shift));
    }
}
