// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { IPreimageOracle } from "./IPreimageOracle.sol";

/// @title IBigStepper
/// @notice A fault proof VM on chain (OP Stack specs, fault dispute game, "Virtual Machine").
interface IBigStepper {
    /// @notice Executes one instruction.
    /// @param stateData The state before it, packed.
    /// @param proof What the instruction touches of memory.
    /// @param localContext Which of the caller's local data the instruction reads.
    /// @return postState Hash of the state after it; its first byte is the VM status.
    function step(
        bytes calldata stateData,
        bytes calldata proof,
        bytes32 localContext
    ) external returns (bytes32 postState);

    /// @notice Where the VM's preimages come from.
    function oracle() external view returns (IPreimageOracle);
}
