// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { IPreimageOracle } from "../interfaces/IPreimageOracle.sol";

/// @title Precompiles
/// @notice Asks this chain's precompiles on behalf of a program that executes another chain.
/// @dev Three ways to a false answer are closed. A caller may forward too little gas: a failure
/// counts only above a multiple of what the program's chain asks for, for this chain may ask for
/// more (EIP-7883, EIP-7951, EIP-8096). A precompile may not be here: then a call succeeds with no
/// data, which no precompile of ours answers, but ecrecover and P256VERIFY, which say so of a bad
/// signature. And some cannot fail at all: then a failure is this chain's.
library Precompiles {
    address internal constant ECRECOVER = address(0x01);
    address internal constant SHA256 = address(0x02);
    address internal constant RIPEMD160 = address(0x03);
    address internal constant MODEXP = address(0x05);
    address internal constant BN254_ADD = address(0x06);
    address internal constant BN254_MUL = address(0x07);
    address internal constant BN254_PAIRING = address(0x08);
    address internal constant BLAKE2F = address(0x09);
    address internal constant POINT_EVALUATION = address(0x0a);
    address internal constant BLS12_G1ADD = address(0x0b);
    address internal constant BLS12_G1MSM = address(0x0c);
    address internal constant BLS12_G2ADD = address(0x0d);
    address internal constant BLS12_G2MSM = address(0x0e);
    address internal constant BLS12_PAIRING_CHECK = address(0x0f);
    address internal constant BLS12_MAP_FP_TO_G1 = address(0x10);
    address internal constant BLS12_MAP_FP2_TO_G2 = address(0x11);
    address internal constant P256VERIFY = address(0x100);

    /// @dev A failed call must have had this much: `FAILURE_FACTOR` times what the program's chain
    /// asks for, and `FAILURE_MARGIN`. More would be safer against dearer precompiles here, but a
    /// failure that no transaction has the gas for (EIP-7825) could not be shown at all.
    uint256 private constant FAILURE_FACTOR = 2;
    uint256 private constant FAILURE_MARGIN = 50_000;

    /// @notice Status byte and returned data.
    function call(
        address precompile,
        uint64 requiredGas,
        bytes calldata input
    ) internal view returns (bytes memory) {
        (bool fallible, uint256 size) = _shape(precompile, input);
        bytes memory data = input;
        // The call gets all but one part of 64 (EIP-150), and a little less for its own cost.
        uint256 available = gasleft();
        available -= available / 64;
        bool success;
        assembly ("memory-safe") {
            success := staticcall(gas(), precompile, add(data, 0x20), mload(data), 0, 0)
        }
        if (!success) {
            if (!fallible) revert IPreimageOracle.PrecompileFailed(precompile);
            uint256 needed = FAILURE_FACTOR * requiredGas + FAILURE_MARGIN;
            if (available < needed) revert IPreimageOracle.NotEnoughGas(available, needed);
            return hex"00";
        }
        bytes memory output;
        assembly ("memory-safe") {
            output := mload(0x40)
            let length := returndatasize()
            mstore(output, length)
            returndatacopy(add(output, 0x20), 0, length)
            mstore(0x40, and(add(add(output, 0x3f), length), not(0x1f)))
        }
        if (output.length != size) _explainLength(precompile, output.length);
        return abi.encodePacked(uint8(1), output);
    }

    /// @dev Whether there is input that a precompile fails for whatever its gas, and how many bytes
    /// it answers else.
    function _shape(
        address precompile,
        bytes calldata input
    ) private pure returns (bool fallible, uint256 size) {
        if (precompile == ECRECOVER || precompile == SHA256 || precompile == RIPEMD160) {
            return (false, 32);
        }
        if (precompile == P256VERIFY) return (false, 32);
        if (precompile == MODEXP) return (false, _modulusLength(input));
        if (precompile == BN254_PAIRING || precompile == BLS12_PAIRING_CHECK) return (true, 32);
        if (
            precompile == BN254_ADD || precompile == BN254_MUL || precompile == BLAKE2F
                || precompile == POINT_EVALUATION
        ) {
            return (true, 64);
        }
        if (
            precompile == BLS12_G1ADD || precompile == BLS12_G1MSM
                || precompile == BLS12_MAP_FP_TO_G1
        ) {
            return (true, 128);
        }
        if (
            precompile == BLS12_G2ADD || precompile == BLS12_G2MSM
                || precompile == BLS12_MAP_FP2_TO_G2
        ) {
            return (true, 256);
        }
        revert IPreimageOracle.UnsupportedPrecompile(precompile);
    }

    /// @dev The third word of the input (EIP-198); beyond the input there are zeroes.
    function _modulusLength(
        bytes calldata input
    ) private pure returns (uint256) {
        return
            input.length <= 64
                ? 0
                : uint256(bytes32(input[64:input.length < 96 ? input.length : 96]));
    }

    /// @dev Ends unless the precompile is here and answers nothing to say that a signature is bad.
    function _explainLength(
        address precompile,
        uint256 length
    ) private view {
        if (length == 0 && precompile == ECRECOVER) return;
        if (length == 0 && precompile == P256VERIFY && _hasP256()) return;
        revert IPreimageOracle.PrecompileMissing(precompile);
    }

    /// @dev Whether P256VERIFY knows a good signature: hash 1, private key 1 and nonce 2, so that r
    /// is the abscissa of twice the generator and s = (1 + r) / 2 modulo the curve's order.
    function _hasP256() private view returns (bool) {
        (bool success, bytes memory output) = P256VERIFY.staticcall(
            abi.encodePacked(
                uint256(1),
                uint256(0x7cf27b188d034f7e8a52380304b51ac3c08969e277f21b35a60b48fc47669978),
                uint256(0xbe793d8bc681a7bfc5291c01825a8d61beb832480f84dcdd4ce289dfa1e4df65),
                uint256(0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296),
                uint256(0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5)
            )
        );
        return success && output.length == 32;
    }
}
