// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { StakeSource } from "./StakeSource.sol";
import { IEigenLayerStakeSource } from "./interfaces/IEigenLayerStakeSource.sol";
import { IStakeSource, Quorum } from "./interfaces/IStakeSource.sol";
import {
    IAVSRegistrar,
    IAllocationManager,
    IDelegationManager,
    IStrategy,
    IStrategyManager,
    OperatorSet
} from "./interfaces/external/IEigenLayer.sol";
import { IERC20 } from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import { Math } from "@openzeppelin/contracts/utils/math/Math.sol";
import { Checkpoints } from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";

/// @title EigenLayerStakeSource
/// @notice Stake from EigenLayer. Slashes are shares of what is allocated when they happen, over
/// all who are delegated then and all whose withdrawal is still in reach: EigenLayer knows no
/// other. Their
/// size is what the operator had at the time of the offence.
contract EigenLayerStakeSource is StakeSource, IEigenLayerStakeSource, IAVSRegistrar {
    using Checkpoints for Checkpoints.Trace208;

    /// @param slashId EigenLayer's number of the slash, in the operator set of the service.
    struct Order {
        uint32 operatorSetId;
        uint256 slashId;
    }

    /// @dev Gas for a strategy's rate: a balance and a few words.
    uint256 private constant RATE_GAS = 200_000;
    /// @dev No Ethereum block comes sooner after another.
    uint256 private constant SLOT_SECONDS = 12;

    /// @inheritdoc IEigenLayerStakeSource
    uint256 public constant MAX_STRATEGIES = 5;
    /// @inheritdoc IEigenLayerStakeSource
    uint48 public immutable RECORD_AGE;
    /// @inheritdoc IEigenLayerStakeSource
    uint32 public immutable HORIZON;

    IAllocationManager private immutable ALLOCATIONS;
    IDelegationManager private immutable DELEGATIONS;
    IStrategyManager private immutable STRATEGIES;

    /// @dev In ascending order.
    IStrategy[] private _strategies;
    mapping(address asset => IStrategy) private _strategyOf;
    mapping(IStrategy strategy => address) private _assetOf;

    uint32 private _sets;
    mapping(bytes32 service => uint32) public operatorSetOf;
    mapping(uint32 operatorSetId => bytes32) private _serviceOf;
    /// @dev EigenLayer lets go at once of what is allocated to a strategy that the set is without.
    mapping(uint32 operatorSetId => mapping(IStrategy => bool)) private _inSet;

    mapping(bytes32 service => mapping(address operator => Checkpoints.Trace208)) private _members;
    /// @dev Value: when it was recorded (48 bits) | wei (160 bits).
    mapping(bytes32 service => mapping(address => mapping(IStrategy => Checkpoints.Trace208)))
        private _records;
    mapping(address operator => mapping(uint8 quorum => Checkpoints.Trace208)) private _delegated;
    mapping(
        address operator => mapping(uint8 => mapping(address staker => Checkpoints.Trace208))
    ) private _delegations;
    mapping(address staker => address) private _recordedWith;

    mapping(bytes32 offence => Order) private _orders;
    mapping(bytes32 offence => mapping(IStrategy strategy => uint256)) private _pending;

    /// @param horizon Blocks; `recordAge` and the slashing window together, at most EigenLayer's
    /// delays.
    /// @param metadataURI Describes the AVS to EigenLayer's users.
    /// @param strategies_ Strategies to begin with; their assets are among `assets`.
    constructor(
        Core memory core,
        address governance,
        address slasher_,
        uint48 slashingWindow_,
        uint48 recordAge,
        uint32 horizon,
        string memory metadataURI,
        address[][2] memory assets,
        IStrategy[] memory strategies_
    ) StakeSource(governance, slasher_, slashingWindow_, assets) {
        ALLOCATIONS = core.allocationManager;
        DELEGATIONS = core.delegationManager;
        STRATEGIES = core.strategyManager;
        RECORD_AGE = recordAge;
        HORIZON = horizon;
        uint256 delay = Math.min(
            core.allocationManager.DEALLOCATION_DELAY(),
            core.delegationManager.minWithdrawalDelayBlocks()
        );
        if (horizon > delay) revert HorizonTooFar(horizon, delay);
        uint256 needed = uint256(recordAge) + slashingWindow_;
        if (uint256(horizon) * SLOT_SECONDS < needed) revert HorizonTooNear(horizon, needed);
        // EigenLayer creates operator sets only for who has said what it is.
        core.allocationManager.updateAVSMetadataURI(address(this), metadataURI);
        for (uint256 i = 0; i < strategies_.length; i++) {
            _addStrategy(strategies_[i]);
        }
    }

    // --- strategies and services ---

    /// @inheritdoc IEigenLayerStakeSource
    function addStrategy(
        IStrategy strategy
    ) external onlyOwner {
        _addStrategy(strategy);
    }

    /// @inheritdoc IEigenLayerStakeSource
    function open(
        bytes32 service
    ) external {
        if (operatorSetOf[service] != 0) revert AlreadyOpen(service);
        uint32 id = ++_sets;
        operatorSetOf[service] = id;
        _serviceOf[id] = service;
        IAllocationManager.CreateSetParamsV2[] memory params =
            new IAllocationManager.CreateSetParamsV2[](1);
        params[0] = IAllocationManager.CreateSetParamsV2(id, _strategies, address(this));
        for (uint256 i = 0; i < _strategies.length; i++) {
            _inSet[id][_strategies[i]] = true;
        }
        address[] memory recipients = new address[](1);
        recipients[0] = address(this);
        ALLOCATIONS.createRedistributingOperatorSets(address(this), params, recipients);
        emit ServiceOpened(service, id);
    }

    /// @inheritdoc IEigenLayerStakeSource
    function extend(
        bytes32 service,
        IStrategy strategy
    ) external {
        uint32 id = _setOf(service);
        if (_assetOf[strategy] == address(0)) revert NotAContract(address(strategy));
        _inSet[id][strategy] = true;
        IStrategy[] memory added = new IStrategy[](1);
        added[0] = strategy;
        ALLOCATIONS.addStrategiesToOperatorSet(address(this), id, added);
    }

    /// @inheritdoc IEigenLayerStakeSource
    function strategies() external view returns (IStrategy[] memory) {
        return _strategies;
    }

    /// @dev Kept in ascending order, as EigenLayer wants them for a slash.
    function _addStrategy(
        IStrategy strategy
    ) private {
        address asset = address(strategy.underlyingToken());
        if (address(_strategyOf[asset]) != address(0)) {
            revert AssetHasStrategy(asset, _strategyOf[asset]);
        }
        if (_strategies.length == MAX_STRATEGIES) revert TooManyStrategies(MAX_STRATEGIES);
        _strategyOf[asset] = strategy;
        _assetOf[strategy] = asset;
        _strategies.push(strategy);
        for (uint256 i = _strategies.length - 1; i > 0 && _strategies[i - 1] > strategy; i--) {
            (_strategies[i - 1], _strategies[i]) = (strategy, _strategies[i - 1]);
        }
        emit StrategyAdded(strategy, asset);
    }

    function _setOf(
        bytes32 service
    ) private view returns (uint32 id) {
        id = operatorSetOf[service];
        if (id == 0) revert UnknownService(service);
    }

    // --- operators, as AllocationManager tells it ---

    /// @inheritdoc IAVSRegistrar
    function registerOperator(
        address operator,
        address avs,
        uint32[] calldata operatorSetIds,
        bytes calldata
    ) external {
        _setMember(operator, avs, operatorSetIds, 1);
    }

    /// @inheritdoc IAVSRegistrar
    function deregisterOperator(
        address operator,
        address avs,
        uint32[] calldata operatorSetIds
    ) external {
        _setMember(operator, avs, operatorSetIds, 0);
    }

    /// @inheritdoc IAVSRegistrar
    function supportsAVS(
        address avs
    ) external view returns (bool) {
        return avs == address(this);
    }

    function _setMember(
        address operator,
        address avs,
        uint32[] calldata operatorSetIds,
        uint208 value
    ) private {
        if (msg.sender != address(ALLOCATIONS)) revert NotAllocationManager(msg.sender);
        if (avs != address(this)) revert WrongAvs(avs);
        for (uint256 i = 0; i < operatorSetIds.length; i++) {
            bytes32 service = _serviceOf[operatorSetIds[i]];
            if (operatorSetOf[service] != operatorSetIds[i]) {
                revert UnknownOperatorSet(operatorSetIds[i]);
            }
            _members[service][operator].push(uint48(block.timestamp), value);
        }
    }

    // --- records ---

    /// @inheritdoc IEigenLayerStakeSource
    function record(
        bytes32 service,
        address operator
    ) external nonReentrant {
        _record(service, _setOf(service), operator);
    }

    /// @inheritdoc IEigenLayerStakeSource
    function recordDelegation(
        address staker
    ) external nonReentrant {
        address before = _recordedWith[staker];
        address operator = DELEGATIONS.delegatedTo(staker);
        _recordedWith[staker] = operator;
        (uint256[] memory shares,) = DELEGATIONS.getWithdrawableShares(staker, _strategies);
        uint256[2] memory parts;
        for (uint256 i = 0; i < shares.length; i++) {
            (bool accepted, uint8 quorum) =
                quorumAt(_assetOf[_strategies[i]], uint48(block.timestamp));
            if (accepted) parts[quorum] += _valueOf(_strategies[i], shares[i]);
        }
        for (uint8 quorum = 0; quorum < Quorum.COUNT; quorum++) {
            if (before != operator) _setDelegation(before, quorum, staker, 0);
            _setDelegation(operator, quorum, staker, parts[quorum]);
        }
        emit DelegationRecorded(staker, operator);
    }

    function _record(
        bytes32 service,
        uint32 id,
        address operator
    ) private {
        address[] memory operators = new address[](1);
        operators[0] = operator;
        IStrategy[] memory all = _strategies;
        uint256[] memory stakes = ALLOCATIONS.getMinimumSlashableStake(
            OperatorSet(address(this), id), operators, all, uint32(block.number) + HORIZON
        )[0];
        for (uint256 i = 0; i < all.length; i++) {
            stakes[i] = _inSet[id][all[i]] ? _valueOf(all[i], stakes[i]) : 0;
            // No honest asset has 2^160 wei; one that has weighs no more than that.
            uint256 packed = (block.timestamp << 160) | Math.min(stakes[i], type(uint160).max);
            _records[service][operator][all[i]].push(uint48(block.timestamp), uint208(packed));
        }
        emit Recorded(service, operator, stakes);
    }

    /// @dev Parts make up the whole at any time. Delegation to no one is no one's.
    function _setDelegation(
        address operator,
        uint8 quorum,
        address staker,
        uint256 part
    ) private {
        if (operator == address(0)) return;
        if (part > type(uint128).max) part = type(uint128).max;
        Checkpoints.Trace208 storage parts = _delegations[operator][quorum][staker];
        Checkpoints.Trace208 storage whole = _delegated[operator][quorum];
        uint48 now_ = uint48(block.timestamp);
        whole.push(now_, whole.latest() - parts.latest() + uint208(part));
        parts.push(now_, uint208(part));
    }

    /// @dev Wei of the asset that the shares are worth; none where the strategy does not answer.
    function _valueOf(
        IStrategy strategy,
        uint256 shares
    ) private view returns (uint256) {
        if (shares == 0) return 0;
        _requireGas(RATE_GAS);
        try strategy.sharesToUnderlyingView{ gas: RATE_GAS }(shares) returns (uint256 value) {
            return value;
        } catch {
            return 0;
        }
    }

    // --- stake ---

    /// @inheritdoc IStakeSource
    function isMember(
        bytes32 service,
        address operator,
        uint48 timestamp
    ) public view returns (bool) {
        return _members[service][operator].upperLookupRecent(timestamp) == 1;
    }

    /// @inheritdoc IStakeSource
    function stakeAt(
        bytes32 service,
        address operator,
        uint8 quorum,
        uint48 timestamp
    ) external view returns (uint256 stake) {
        if (!isMember(service, operator, timestamp)) return 0;
        for (uint256 i = 0; i < _strategies.length; i++) {
            (bool accepted, uint8 counted) = quorumAt(_assetOf[_strategies[i]], timestamp);
            if (!accepted || counted != quorum) continue;
            stake += _recordedAt(service, operator, _strategies[i], timestamp);
        }
    }

    /// @inheritdoc IStakeSource
    function delegationAt(
        bytes32 service,
        address operator,
        uint8 quorum,
        address delegator,
        uint48 timestamp
    ) external view returns (uint256 part, uint256 whole) {
        if (!isMember(service, operator, timestamp)) return (0, 0);
        part = _delegations[operator][quorum][delegator].upperLookupRecent(timestamp);
        whole = _delegated[operator][quorum].upperLookupRecent(timestamp);
    }

    function _recordedAt(
        bytes32 service,
        address operator,
        IStrategy strategy,
        uint48 timestamp
    ) private view returns (uint256) {
        uint208 packed = _records[service][operator][strategy].upperLookupRecent(timestamp);
        return (packed >> 160) + RECORD_AGE < timestamp ? 0 : uint160(packed);
    }

    // --- slashes ---

    /// @inheritdoc IStakeSource
    function slash(
        bytes32 service,
        address operator,
        uint256 fraction,
        uint48 timestamp,
        bytes32 offence
    ) external onlySlasher nonReentrant returns (uint256[2] memory removed) {
        _checkSlash(fraction, timestamp);
        uint32 id = operatorSetOf[service];
        if (!isMember(service, operator, timestamp)) return removed;
        if (!ALLOCATIONS.isOperatorSlashable(operator, OperatorSet(address(this), id))) {
            return removed;
        }
        (IStrategy[] memory slashed, uint256[] memory wads) =
            _wads(service, operator, fraction, timestamp);
        if (slashed.length == 0) return removed;
        removed = _slash(operator, id, slashed, wads, timestamp, offence);
        _record(service, id, operator);
    }

    /// @dev The strategies with something to slash, in ascending order, and how much of each.
    function _wads(
        bytes32 service,
        address operator,
        uint256 fraction,
        uint48 timestamp
    ) private view returns (IStrategy[] memory slashed, uint256[] memory wads) {
        slashed = _strategies;
        wads = new uint256[](slashed.length);
        uint256 count;
        for (uint256 i = 0; i < wads.length; i++) {
            IStrategy strategy = slashed[i];
            (bool accepted,) = quorumAt(_assetOf[strategy], timestamp);
            if (!accepted) continue;
            uint256 stake = _recordedAt(service, operator, strategy, timestamp);
            uint256 wad = _wadOf(
                operator, operatorSetOf[service], strategy, Math.mulDiv(stake, fraction, WAD)
            );
            if (wad == 0) continue;
            (slashed[count], wads[count]) = (strategy, wad);
            count++;
        }
        assembly ("memory-safe") {
            mstore(slashed, count)
            mstore(wads, count)
        }
    }

    /// @dev The share of what EigenLayer can slash now that is worth `value`.
    function _wadOf(
        address operator,
        uint32 id,
        IStrategy strategy,
        uint256 value
    ) private view returns (uint256) {
        if (value == 0) return 0;
        uint256 magnitude = ALLOCATIONS.getMaxMagnitude(operator, strategy);
        if (magnitude == 0) return 0;
        uint256 allocated =
            ALLOCATIONS.getAllocation(operator, OperatorSet(address(this), id), strategy)
        .currentMagnitude;
        uint256 shares = DELEGATIONS.operatorShares(operator, strategy)
            + DELEGATIONS.getSlashableSharesInQueue(operator, strategy);
        uint256 reach = _valueOf(strategy, Math.mulDiv(shares, allocated, magnitude));
        if (reach == 0) return 0;
        return value >= reach ? WAD : Math.mulDiv(value, WAD, reach);
    }

    function _slash(
        address operator,
        uint32 id,
        IStrategy[] memory slashed,
        uint256[] memory wads,
        uint48 timestamp,
        bytes32 offence
    ) private returns (uint256[2] memory removed) {
        (uint256 slashId, uint256[] memory shares) = ALLOCATIONS.slashOperator(
            address(this),
            IAllocationManager.SlashingParams(
                operator, id, slashed, wads, "AltLayer: proven offence"
            )
        );
        _orders[offence] = Order(id, slashId);
        for (uint256 i = 0; i < slashed.length; i++) {
            if (shares[i] == 0) continue;
            address asset = _assetOf[slashed[i]];
            uint256 value = _valueOf(slashed[i], shares[i]);
            (, uint8 quorum) = quorumAt(asset, timestamp);
            removed[quorum] += value;
            _pending[offence][slashed[i]] = shares[i];
            _noteRemoved(offence, asset, value);
        }
    }

    /// @dev EigenLayer sends what was slashed at anyone's call, perhaps after a delay. Where
    /// someone else has had it sent, it is among what is here and no one's yet.
    function _release(
        bytes32 offence,
        address asset
    ) internal override {
        IStrategy strategy = _strategyOf[asset];
        uint256 shares = _pending[offence][strategy];
        if (shares == 0) return;
        Order memory order = _orders[offence];
        OperatorSet memory set = OperatorSet(address(this), order.operatorSetId);
        uint256 before = IERC20(asset).balanceOf(address(this));
        uint256 amount;
        if (STRATEGIES.getBurnOrRedistributableShares(set, order.slashId, strategy) > 0) {
            try STRATEGIES.clearBurnOrRedistributableSharesByStrategy(
                set, order.slashId, strategy
            ) {
                amount = IERC20(asset).balanceOf(address(this)) - before;
            } catch {
                return;
            }
        } else {
            amount = Math.min(_valueOf(strategy, shares), before - held[asset]);
        }
        delete _pending[offence][strategy];
        _noteReceived(offence, asset, amount);
    }
}
