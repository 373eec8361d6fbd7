// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { IERC20 } from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

// What EigenLayerStakeSource asks of EigenLayer's core contracts, release 1.9 and later (one
// slasher an operator set). Shares are a strategy's own unit; magnitudes are parts of 1e18; delays
// and times
// are block numbers. EigenLayer's documents: docs/core in Layr-Labs/eigenlayer-contracts.

/// @notice A set of operators of an AVS.
struct OperatorSet {
    address avs;
    uint32 id;
}

/// @notice A pool of one token.
interface IStrategy {
    function underlyingToken() external view returns (IERC20);

    function sharesToUnderlyingView(
        uint256 shares
    ) external view returns (uint256);
}

/// @notice What AllocationManager calls when operators come and go. A revert keeps them from it.
interface IAVSRegistrar {
    function registerOperator(
        address operator,
        address avs,
        uint32[] calldata operatorSetIds,
        bytes calldata data
    ) external;

    function deregisterOperator(
        address operator,
        address avs,
        uint32[] calldata operatorSetIds
    ) external;

    function supportsAVS(
        address avs
    ) external view returns (bool);
}

interface IAllocationManager {
    /// @param slasher The only caller of `slashOperator` for the set.
    struct CreateSetParamsV2 {
        uint32 operatorSetId;
        IStrategy[] strategies;
        address slasher;
    }

    /// @param strategies In ascending order.
    /// @param wadsToSlash Share of the allocation to each strategy, above 0, at most 1e18.
    struct SlashingParams {
        address operator;
        uint32 operatorSetId;
        IStrategy[] strategies;
        uint256[] wadsToSlash;
        string description;
    }

    /// @param currentMagnitude Slashable now, also where its deallocation has begun.
    struct Allocation {
        uint64 currentMagnitude;
        int128 pendingDiff;
        uint32 effectBlock;
    }

    /// @notice Blocks for which a deallocation, or an operator that deregistered, stays slashable.
    function DEALLOCATION_DELAY() external view returns (uint32);

    /// @notice Must come before an AVS creates operator sets.
    function updateAVSMetadataURI(
        address avs,
        string calldata metadataURI
    ) external;

    /// @notice Creates sets of which what is slashed goes to `redistributionRecipients`.
    function createRedistributingOperatorSets(
        address avs,
        CreateSetParamsV2[] calldata params,
        address[] calldata redistributionRecipients
    ) external;

    function addStrategiesToOperatorSet(
        address avs,
        uint32 operatorSetId,
        IStrategy[] calldata strategies
    ) external;

    /// @return slashId Number of the slash within the set.
    /// @return shares Shares taken from each strategy.
    function slashOperator(
        address avs,
        SlashingParams calldata params
    ) external returns (uint256 slashId, uint256[] memory shares);

    function isOperatorSlashable(
        address operator,
        OperatorSet calldata operatorSet
    ) external view returns (bool);

    function getAllocation(
        address operator,
        OperatorSet calldata operatorSet,
        IStrategy strategy
    ) external view returns (Allocation memory);

    /// @notice What is left of an operator's 1e18 after all slashes of the strategy.
    function getMaxMagnitude(
        address operator,
        IStrategy strategy
    ) external view returns (uint64);

    /// @notice Least shares of each operator in each strategy that a slash can reach until
    /// `futureBlock`, as far as is known now.
    function getMinimumSlashableStake(
        OperatorSet calldata operatorSet,
        address[] calldata operators,
        IStrategy[] calldata strategies,
        uint32 futureBlock
    ) external view returns (uint256[][] memory);
}

interface IDelegationManager {
    /// @notice Blocks for which a queued withdrawal stays slashable.
    function minWithdrawalDelayBlocks() external view returns (uint32);

    function operatorShares(
        address operator,
        IStrategy strategy
    ) external view returns (uint256);

    /// @notice Shares whose withdrawal was queued and that a slash still reaches.
    function getSlashableSharesInQueue(
        address operator,
        IStrategy strategy
    ) external view returns (uint256);

    /// @notice Who `staker` is delegated to, zero if to no one.
    function delegatedTo(
        address staker
    ) external view returns (address);

    function getWithdrawableShares(
        address staker,
        IStrategy[] calldata strategies
    ) external view returns (uint256[] memory withdrawable, uint256[] memory deposited);
}

interface IStrategyManager {
    /// @notice Shares of a slash that are still to be sent to the recipient.
    function getBurnOrRedistributableShares(
        OperatorSet calldata operatorSet,
        uint256 slashId,
        IStrategy strategy
    ) external view returns (uint256);

    /// @notice Sends what was slashed to the recipient. Anyone; EigenLayer may ask for a delay.
    function clearBurnOrRedistributableSharesByStrategy(
        OperatorSet calldata operatorSet,
        uint256 slashId,
        IStrategy strategy
    ) external returns (uint256);
}
