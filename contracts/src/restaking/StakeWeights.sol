// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { ISlasher } from "./interfaces/ISlasher.sol";
import { IStakeSource } from "./interfaces/IStakeSource.sol";
import { IStakeTable } from "./interfaces/IStakeTable.sol";

/// @title StakeWeights
/// @notice What an operator weighs in a stake table: the part of StakeTable that asks the stake
/// source.
abstract contract StakeWeights is IStakeTable {
    /// @dev Gas for one answer of the stake source. A source of five vaults needs 400 k.
    uint256 private constant READ_GAS = 500_000;

    /// @inheritdoc IStakeTable
    ISlasher public immutable slasher;
    /// @inheritdoc IStakeTable
    IStakeSource public immutable source;

    constructor(
        ISlasher slasher_
    ) {
        slasher = slasher_;
        source = slasher_.source();
    }

    /// @dev Weights at `start`. A slash since then counts at once.
    function _weights(
        bytes32 service,
        address operator,
        uint48 start
    ) internal view returns (uint96[2] memory weights) {
        if (!source.isMember(service, operator, start)) return weights;
        bool slashed = slasher.slashedAt(service, operator) >= start;
        for (uint8 quorum = 0; quorum < 2; quorum++) {
            uint256 weight = source.stakeAt(service, operator, quorum, start);
            if (slashed) {
                uint256 left = source.stakeAt(service, operator, quorum, uint48(block.timestamp));
                if (left < weight) weight = left;
            }
            // No honest asset has 2^96 wei; one that has weighs no more than that.
            weights[quorum] = weight < type(uint96).max ? uint96(weight) : type(uint96).max;
        }
    }

    /// @notice `_weights` for this contract's own use, so that a failure can be caught.
    function weightsAt(
        bytes32 service,
        address operator,
        uint48 start
    ) external view returns (uint96[2] memory) {
        return _weights(service, operator, start);
    }

    /// @dev An operator whose stake cannot be read has none, so that it does not keep the others
    /// from their table. Who gives too little gas cannot bring that about.
    function _weightsOrNone(
        bytes32 service,
        address operator,
        uint48 start
    ) internal view returns (uint96[2] memory weights) {
        uint256 gasNeeded = 5 * READ_GAS;
        // EIP-150 keeps a 64th back from calls.
        if (gasleft() < gasNeeded + gasNeeded / 63 + 10_000) revert InsufficientGas();
        try this.weightsAt{ gas: gasNeeded }(service, operator, start) returns (
            uint96[2] memory read
        ) {
            return read;
        } catch {
            return weights;
        }
    }

    function _requireWeights(
        uint96[2] memory weights,
        uint96[2] memory required
    ) internal view {
        for (uint8 quorum = 0; quorum < 2; quorum++) {
            if (weights[quorum] < required[quorum]) {
                revert WeightTooLow(msg.sender, quorum, weights[quorum], required[quorum]);
            }
        }
    }
}
