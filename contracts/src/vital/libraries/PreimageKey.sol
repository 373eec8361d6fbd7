// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title PreimageKey
/// @notice Typed preimage keys (OP Stack specs, fault proof, "Pre-image key types").
library PreimageKey {
    uint256 internal constant LOCAL = 1;
    uint256 internal constant KECCAK256 = 2;
    uint256 internal constant SHA256 = 4;
    uint256 internal constant BLOB = 5;
    uint256 internal constant PRECOMPILE = 6;

    /// @notice The type of a key.
    function typeOf(
        bytes32 key
    ) internal pure returns (uint256) {
        return uint8(key[0]);
    }

    /// @notice The key of local data as a program asks for it.
    function local(
        uint256 ident
    ) internal pure returns (bytes32) {
        return _typed(LOCAL, bytes32(ident));
    }

    /// @notice The key that local data are stored under: `owner` is the one that loads them and
    /// whose step reads them.
    function localize(
        bytes32 key,
        address owner,
        bytes32 localContext
    ) internal pure returns (bytes32) {
        return _typed(LOCAL, keccak256(abi.encode(key, owner, localContext)));
    }

    function keccak(
        bytes32 hash
    ) internal pure returns (bytes32) {
        return _typed(KECCAK256, hash);
    }

    function sha(
        bytes32 hash
    ) internal pure returns (bytes32) {
        return _typed(SHA256, hash);
    }

    /// @param z The point, big endian.
    function blob(
        bytes calldata commitment,
        uint256 z
    ) internal pure returns (bytes32) {
        return _typed(BLOB, keccak256(abi.encodePacked(commitment, z)));
    }

    function precompile(
        address at,
        uint64 requiredGas,
        bytes calldata input
    ) internal pure returns (bytes32) {
        return _typed(PRECOMPILE, keccak256(abi.encodePacked(at, requiredGas, input)));
    }

    function _typed(
        uint256 keyType,
        bytes32 hash
    ) private pure returns (bytes32) {
        return bytes32(keyType << 248 | uint248(uint256(hash)));
    }
}
