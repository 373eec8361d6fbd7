// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { G1Point, G2Point } from "../libraries/BN254.sol";

/// @title IOperatorRegistry
/// @notice Operators: an Ethereum address and a BN254 key each. No one has rights here but
/// operators, and they only over themselves.
interface IOperatorRegistry {
    /// @notice `operator` has a key from `activeFrom` (Unix time) on; it replaces the one before.
    /// Nodes learn the key in G2 here.
    event KeyRegistered(address indexed operator, G1Point keyG1, G2Point keyG2, uint48 activeFrom);
    /// @notice `operator` has no key any more; a key that was still to become active never does.
    event Deregistered(address indexed operator);

    /// @notice The operator has a key: it may rotate it.
    error AlreadyRegistered(address operator);
    error NotRegistered(address operator);
    /// @notice A rotation is still to become active.
    error RotationPending(address operator, uint48 activeFrom);
    /// @notice The key is, or once was, `holder`'s. A key is used once, by one operator.
    error KeyUsed(G1Point keyG1, address holder);
    /// @notice The proof does not show that the operator has the secret of both keys.
    error InvalidProofOfPossession(address operator);

    /// @notice Seconds from a rotation to its effect. The old key signs until then.
    function ROTATION_DELAY() external view returns (uint48);

    /// @notice Registers the caller as an operator, at once.
    /// @param proof Signature of `proofOfPossessionHash(caller, keyG1)` by the key.
    function register(
        G1Point calldata keyG1,
        G2Point calldata keyG2,
        G1Point calldata proof
    ) external;

    /// @notice Replaces the caller's key after `ROTATION_DELAY`.
    /// @param proof As for `register`, by the new key.
    function rotate(
        G1Point calldata keyG1,
        G2Point calldata keyG2,
        G1Point calldata proof
    ) external;

    /// @notice Takes the caller's key away, at once. Stake tables up to now keep it, and stake
    /// stays slashable. The caller may register again with another key.
    function deregister() external;

    /// @notice The point of G1 that a key must sign to become `operator`'s: the hash to G1 of
    /// keccak256(abi.encode(operator, keyG1)) in the domain ("proof of possession", chain id, this
    /// contract). So a proof is worth nothing to another address, chain or registry.
    function proofOfPossessionHash(
        address operator,
        G1Point calldata keyG1
    ) external view returns (G1Point memory);

    /// @notice The key of `operator` at `timestamp`; the point at infinity where it has none.
    function keyAt(
        address operator,
        uint48 timestamp
    ) external view returns (G1Point memory);

    /// @notice Whether `operator` has a key now.
    function isRegistered(
        address operator
    ) external view returns (bool);

    /// @notice Who the key belongs or belonged to, zero if no one.
    function holderOf(
        G1Point calldata keyG1
    ) external view returns (address);
}
