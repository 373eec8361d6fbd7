// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { IBigStepper } from "../../../src/vital/interfaces/IBigStepper.sol";
import { IPreimageOracle } from "../../../src/vital/interfaces/IPreimageOracle.sol";
import { LocalPreimageKey, VMStatus } from "../../../src/vital/libraries/DisputeTypes.sol";
import { PreimageKey } from "../../../src/vital/libraries/PreimageKey.sol";

/// @notice A VM for tests of the game. Its program reads which output root is disputed for which
/// block, in its first instruction, and counts to `LENGTH` before it ends.
library Counting {
    /// @dev Instructions until the program has ended.
    uint256 internal constant LENGTH = 5;

    struct State {
        uint256 counter;
        bool valid;
    }

    /// @notice The true output root of a block.
    function outputRoot(
        uint256 number
    ) internal pure returns (bytes32) {
        return keccak256(abi.encode("output", number));
    }

    function isValid(
        bytes32 disputed,
        uint256 number
    ) internal pure returns (bool) {
        return disputed == outputRoot(number);
    }

    function hashOf(
        State memory state
    ) internal pure returns (bytes32) {
        uint8 status = state.counter < LENGTH
            ? VMStatus.UNFINISHED
            : state.valid ? VMStatus.VALID : VMStatus.INVALID;
        bytes32 hash = keccak256(abi.encode(state)) & bytes32(uint256(type(uint248).max));
        return bytes32(uint256(status) << 248) | hash;
    }

    /// @notice The state after `steps` instructions.
    function stateAt(
        uint256 steps,
        bool valid
    ) internal pure returns (State memory) {
        return State(steps < LENGTH ? steps : LENGTH, steps > 0 && valid);
    }
}

contract CountingVm is IBigStepper {
    IPreimageOracle public immutable oracle;

    constructor(
        IPreimageOracle oracle_
    ) {
        oracle = oracle_;
    }

    function step(
        bytes calldata stateData,
        bytes calldata,
        bytes32 localContext
    ) external view returns (bytes32) {
        Counting.State memory state = abi.decode(stateData, (Counting.State));
        if (state.counter == 0) {
            bytes32 disputed = _read(LocalPreimageKey.DISPUTED_OUTPUT_ROOT, localContext);
            bytes32 number = _read(LocalPreimageKey.DISPUTED_L2_BLOCK_NUMBER, localContext);
            state.valid = Counting.isValid(disputed, uint256(number) >> 192);
        }
        if (state.counter < Counting.LENGTH) ++state.counter;
        return Counting.hashOf(state);
    }

    function _read(
        uint256 ident,
        bytes32 localContext
    ) private view returns (bytes32 data) {
        bytes32 key = PreimageKey.localize(PreimageKey.local(ident), msg.sender, localContext);
        (data,) = oracle.readPreimage(key, 8);
    }
}
