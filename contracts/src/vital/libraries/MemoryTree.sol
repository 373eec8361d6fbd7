// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title MemoryTree
/// @notice The proof machine's memory as a Merkle tree: 2^27 leaves of 32 bytes (docs/riscv.md,
/// "Memory tree"). A proof is a leaf and its 27 siblings, from the bottom up.
library MemoryTree {
    uint256 internal constant PROOF_SIZE = 28 * 32;
    uint256 internal constant LEAF_SIZE = 32;

    error ShortProof(uint256 needed, uint256 length);
    error WrongMemoryRoot(bytes32 expected, bytes32 actual);

    /// @notice The leaf that holds an address.
    /// @param index Which proof of `proof` it is.
    function leaf(
        bytes32 root,
        bytes calldata proof,
        uint256 index,
        uint64 at
    ) internal pure returns (bytes32 value) {
        uint256 offset = index * PROOF_SIZE;
        if (proof.length < offset + PROOF_SIZE) {
            revert ShortProof(offset + PROOF_SIZE, proof.length);
        }
        value = bytes32(proof[offset:offset + LEAF_SIZE]);
        bytes32 actual = rootWith(proof, index, at, value);
        if (actual != root) revert WrongMemoryRoot(root, actual);
    }

    /// @notice The root of memory with another leaf there. The proof must have been checked.
    function rootWith(
        bytes calldata proof,
        uint256 index,
        uint64 at,
        bytes32 value
    ) internal pure returns (bytes32 node) {
        uint256 start = index * PROOF_SIZE;
        assembly ("memory-safe") {
            node := value
            let sibling := add(proof.offset, add(start, 0x20))
            // Bit 5 of the address says whether the leaf is a right child.
            for {
                let path := and(shr(5, at), 0x7ffffff)
                let end := add(sibling, mul(27, 0x20))
            } lt(sibling, end) {
                sibling := add(sibling, 0x20)
                path := shr(1, path)
            } {
                let right := shl(5, and(path, 1))
                mstore(right, node)
                mstore(xor(right, 0x20), calldataload(sibling))
                node := keccak256(0x00, 0x40)
            }
        }
    }
}
