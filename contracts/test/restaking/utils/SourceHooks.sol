// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { IEvidenceModule } from "../../../src/restaking/interfaces/IEvidenceModule.sol";
import { Quorum } from "../../../src/restaking/interfaces/IStakeSource.sol";
import { RestakedSystem } from "./RestakedSystem.sol";

/// @notice The system on a restaking protocol, as operators and delegators use it: one operator
/// with two delegators. A fixture for each protocol says how.
abstract contract SourceHooks is RestakedSystem {
    uint256 internal constant ETH_STAKE = 1000e18;
    uint256 internal constant ALT_STAKE = 500_000e18;

    address internal operator = makeAddr("operator");
    address internal other = makeAddr("other operator");
    address internal alice = makeAddr("alice");
    address internal bob = makeAddr("bob");
    address internal reporter = makeAddr("reporter");

    // --- the protocol, as its users see it ---

    /// @dev Makes `who` an operator of the service, with stake from then on what is delegated.
    function _enter(
        address who
    ) internal virtual;

    /// @dev `who` stops taking part in the service.
    function _exit(
        address who
    ) internal virtual;

    /// @dev `delegator` puts `amount` behind `who`. Counts once a second has passed.
    function _delegate(
        address who,
        uint8 quorum,
        address delegator,
        uint256 amount
    ) internal virtual;

    /// @dev `delegator` asks for `amount` of its stake behind `who` back.
    function _beginWithdrawal(
        address who,
        uint8 quorum,
        address delegator,
        uint256 amount
    ) internal virtual;

    /// @dev Takes what was asked for, as soon as the protocol pays it.
    function _finishWithdrawal(
        address who,
        uint8 quorum,
        address delegator
    ) internal virtual returns (uint256 paid);

    /// @dev Time goes by, and blocks with it.
    function _wait(
        uint256 time
    ) internal {
        vm.warp(block.timestamp + time);
        vm.roll(vm.getBlockNumber() + (time + 11) / 12);
    }

    /// @dev What keepers do before an epoch begins.
    function _settle(
        address who
    ) internal virtual;

    // --- helpers ---

    function setUp() public virtual override {
        super.setUp();
        _enter(operator);
        _delegate(operator, Quorum.ETH, alice, ETH_STAKE * 3 / 4);
        _delegate(operator, Quorum.ETH, bob, ETH_STAKE / 4);
        _delegate(operator, Quorum.ALT, alice, ALT_STAKE);
        _settle(operator);
        _wait(12);
    }

    function _now() internal view returns (uint48) {
        return uint48(block.timestamp);
    }

    function _stake(
        address who,
        uint8 quorum,
        uint48 timestamp
    ) internal view returns (uint256) {
        return stakeSource.stakeAt(service, who, quorum, timestamp);
    }

    function _punish(
        address who,
        uint48 timestamp,
        bytes32 key
    ) internal returns (bytes32 offence) {
        bytes memory proof = abi.encode(key);
        evidence.prove(who, timestamp, proof, IEvidenceModule.Offence(service, key, reporter));
        return slasher.slash(OFFENCE_KIND, who, timestamp, proof, 0);
    }

    /// @dev Everything that was removed arrives and is shared out; returns how much that is.
    function _arrived(
        bytes32 offence,
        uint8 quorum
    ) internal returns (uint256) {
        address asset = address(tokens[quorum]);
        _wait(60 days);
        return slasher.distribute(offence, asset);
    }
}
