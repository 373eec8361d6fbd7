// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {
    IAllocationManager,
    IDelegationManager,
    IStrategy,
    IStrategyManager
} from "./external/IEigenLayer.sol";

/// @title IEigenLayerStakeSource
/// @notice Stake from EigenLayer: this contract is an AVS and its own registrar, slasher and
/// recipient of what is slashed, with an operator set a service.
///
/// EigenLayer keeps no history of stake, so this contract does: anyone records an operator's stake
/// (`record`), and it counts for `RECORD_AGE` seconds from then. What is recorded is what a slash
/// can reach for `HORIZON` blocks whatever happens meanwhile, so that stake which counts at a time
/// can be
/// slashed for the whole window after it. An operator's keeper records at least that often.
interface IEigenLayerStakeSource {
    /// @notice EigenLayer's core contracts.
    struct Core {
        IAllocationManager allocationManager;
        IDelegationManager delegationManager;
        IStrategyManager strategyManager;
    }

    event ServiceOpened(bytes32 indexed service, uint32 operatorSetId);
    event StrategyAdded(IStrategy indexed strategy, address indexed asset);
    event Recorded(bytes32 indexed service, address indexed operator, uint256[] stakes);
    event DelegationRecorded(address indexed staker, address indexed operator);

    /// @notice EigenLayer lets stake go before the horizon: in `delay` blocks.
    error HorizonTooFar(uint256 horizon, uint256 delay);
    /// @notice At the pace of a block in 12 seconds, stake that was recorded could leave `needed`
    /// seconds after, while it is still slashable.
    error HorizonTooNear(uint256 horizon, uint256 needed);
    error TooManyStrategies(uint256 most);
    /// @notice Another strategy holds the asset.
    error AssetHasStrategy(address asset, IStrategy strategy);
    error AlreadyOpen(bytes32 service);
    error UnknownService(bytes32 service);
    error UnknownOperatorSet(uint32 operatorSetId);
    error NotAllocationManager(address caller);
    error WrongAvs(address avs);

    /// @notice Strategies over both quorums.
    function MAX_STRATEGIES() external view returns (uint256);
    /// @notice Seconds that a record counts.
    function RECORD_AGE() external view returns (uint48);
    /// @notice Blocks for which what is recorded can be slashed.
    function HORIZON() external view returns (uint32);

    /// @notice Adds the strategy of an asset; its asset counts where governance accepted it. Owner
    /// only. Services opened before need `extend`.
    function addStrategy(
        IStrategy strategy
    ) external;

    /// @notice Creates the operator set of `service`. Anyone.
    function open(
        bytes32 service
    ) external;

    /// @notice Adds `strategy` to the operator set of a service opened before it. Anyone.
    function extend(
        bytes32 service,
        IStrategy strategy
    ) external;

    /// @notice Records the stake of `operator` for `service` as it is now. Anyone.
    function record(
        bytes32 service,
        address operator
    ) external;

    /// @notice Records what `staker` has behind its operator now, for rewards; also that it left
    /// another. Anyone: who stays is interested in recording who left.
    function recordDelegation(
        address staker
    ) external;

    /// @notice The number of the service's operator set; 0 for a service not open.
    function operatorSetOf(
        bytes32 service
    ) external view returns (uint32);

    function strategies() external view returns (IStrategy[] memory);
}
