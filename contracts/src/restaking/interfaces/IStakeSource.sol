// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @notice Quorums of every service. A threshold holds when it holds in both.
library Quorum {
    /// @notice Restaked Ethereum assets: LSTs and WETH. Weights in wei of them.
    uint8 internal constant ETH = 0;
    /// @notice ALT. Weights in wei of it.
    uint8 internal constant ALT = 1;
    uint8 internal constant COUNT = 2;
}

/// @title IStakeSource
/// @notice Where stake comes from: one restaking protocol behind a face that is the same for all.
///
/// What an implementation owes its callers:
/// - `stakeAt` and `isMember` answer for any time within the last `slashingWindow()` seconds and
///   always give the same answer for a time that has passed. Where the protocol keeps no history,
///   the source does.
/// - Stake that `stakeAt(..., t)` reported stays within reach of `slash` with that `timestamp`
///   for `slashingWindow()` seconds after t, whether its withdrawal has begun or not.
/// - One vault or strategy that misbehaves counts as no stake, and does not keep `slash` from the
///   others.
/// - Its assets neither rebase nor take fees on transfer.
interface IStakeSource {
    /// @notice The caller is not the Slasher.
    error NotSlasher(address caller);
    /// @notice `timestamp` has not passed yet, or is further back than the window reaches.
    error OutsideSlashingWindow(uint256 timestamp, uint256 from, uint256 to);
    /// @notice A share above 1e18.
    error FractionTooLarge(uint256 fraction);
    /// @notice Nothing of this asset was removed for this offence.
    error NotRemoved(bytes32 offence, address asset);

    /// @notice Seconds that a slash reaches back.
    function slashingWindow() external view returns (uint48);

    /// @notice Whether `operator` takes part in `service` in the restaking protocol itself at
    /// `timestamp`, so that its stake can be slashed for it.
    function isMember(
        bytes32 service,
        address operator,
        uint48 timestamp
    ) external view returns (bool);

    /// @notice Slashable stake of `operator` for `service` at `timestamp`.
    /// @param quorum `Quorum.ETH` or `Quorum.ALT`.
    /// @return Wei of the quorum's assets; 0 for who is no member.
    function stakeAt(
        bytes32 service,
        address operator,
        uint8 quorum,
        uint48 timestamp
    ) external view returns (uint256);

    /// @notice How the stake behind `operator` is shared among who delegated it, at a past
    /// `timestamp`: what rewards are shared by.
    /// @return part Weight of `delegator`; the parts of all delegators make up `whole` at most.
    /// @return whole Weight of all; 0 where nothing is delegated.
    function delegationAt(
        bytes32 service,
        address operator,
        uint8 quorum,
        address delegator,
        uint48 timestamp
    ) external view returns (uint256 part, uint256 whole);

    /// @notice Removes a share of the stake that `operator` had for `service` at `timestamp`, in
    /// every quorum, or what is left of it where that is less. Slasher only.
    /// @param fraction Share to remove, 1e18 is all.
    /// @param offence Names this slash; used once.
    /// @return removed Wei removed in each quorum.
    function slash(
        bytes32 service,
        address operator,
        uint256 fraction,
        uint48 timestamp,
        bytes32 offence
    ) external returns (uint256[2] memory removed);

    /// @notice Sends the Slasher what the protocol has released so far of `asset` removed for
    /// `offence`. Protocols that hold back slashed assets release them later. Slasher only.
    /// @return amount Wei sent; 0 when nothing is released yet or all was sent before.
    function collect(
        bytes32 offence,
        address asset
    ) external returns (uint256 amount);
}
