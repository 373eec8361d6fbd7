// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title IDelayedWETH
/// @notice The OP Stack's safe for bonds, what a game uses of it: what is unlocked for an account
/// can be withdrawn after a delay.
interface IDelayedWETH {
    function deposit() external payable;

    /// @notice Adds to what `recipient` may withdraw of the caller's balance, and starts the delay.
    function unlock(
        address recipient,
        uint256 amount
    ) external;

    /// @notice Sends `amount` to the caller, of what was unlocked for `recipient`.
    function withdraw(
        address recipient,
        uint256 amount
    ) external;
}
