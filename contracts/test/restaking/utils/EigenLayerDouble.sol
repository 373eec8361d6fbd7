// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {
    IAVSRegistrar,
    IAllocationManager,
    IDelegationManager,
    IStrategy,
    IStrategyManager,
    OperatorSet
} from "../../../src/restaking/interfaces/external/IEigenLayer.sol";
import { IERC20 } from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import { SafeERC20 } from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import { Math } from "@openzeppelin/contracts/utils/math/Math.sol";
import { Checkpoints } from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";

/// @notice A strategy: shares are worth what is there, with virtual shares as EigenLayer's
/// StrategyBase has them.
contract StrategyDouble is IStrategy {
    using SafeERC20 for IERC20;

    uint256 private constant OFFSET = 1e3;
    IERC20 public immutable underlyingToken;
    address private immutable MANAGER;
    uint256 public totalShares;

    constructor(
        IERC20 token,
        address manager
    ) {
        underlyingToken = token;
        MANAGER = manager;
    }

    function sharesToUnderlyingView(
        uint256 shares
    ) public view returns (uint256) {
        uint256 balance = underlyingToken.balanceOf(address(this)) + OFFSET;
        return Math.mulDiv(shares, balance, totalShares + OFFSET);
    }

    function deposit(
        uint256 amount
    ) external returns (uint256 shares) {
        require(msg.sender == MANAGER, "OnlyStrategyManager");
        uint256 before = underlyingToken.balanceOf(address(this)) - amount + OFFSET;
        shares = Math.mulDiv(amount, totalShares + OFFSET, before);
        totalShares += shares;
    }

    function withdraw(
        address to,
        uint256 shares
    ) external returns (uint256 amount) {
        require(msg.sender == MANAGER, "OnlyStrategyManager");
        amount = sharesToUnderlyingView(shares);
        totalShares -= shares;
        underlyingToken.safeTransfer(to, amount);
    }
}

/// @notice EigenLayer's AllocationManager, DelegationManager and StrategyManager in one: the rules
/// and the reverts that a stake source meets, without permissions, pausing, native ETH and
/// signatures.
contract EigenLayerDouble is IAllocationManager, IDelegationManager, IStrategyManager {
    using Checkpoints for Checkpoints.Trace208;
    using SafeERC20 for IERC20;

    error NonexistentAVSMetadata();
    error InvalidOperatorSet();
    error InvalidOperator();
    error InvalidCaller();
    error InputArrayLengthMismatch();
    error InputAddressZero();
    error InvalidRedistributionRecipient();
    error StrategyAlreadyInOperatorSet();
    error StrategyNotInOperatorSet();
    error StrategiesMustBeInAscendingOrder();
    error InvalidWadToSlash();
    error OperatorNotSlashable();
    error AlreadyMemberOfSet();
    error NotMemberOfSet();
    error UninitializedAllocationDelay();
    error ModificationAlreadyPending();
    error SameMagnitude();
    error InsufficientMagnitude();
    error ActivelyDelegated();
    error NotActivelyDelegated();
    error WithdrawalDelayNotElapsed();
    error SlashResolutionDelayNotElapsed();

    struct Withdrawal {
        address operator;
        IStrategy strategy;
        uint32 startBlock;
        uint256 scaledShares;
    }

    struct Set {
        bool exists;
        address slasher;
        address recipient;
        uint256 slashes;
    }

    uint64 private constant WAD = 1e18;
    uint32 public constant DEALLOCATION_DELAY = 126_000;
    uint32 public constant minWithdrawalDelayBlocks = 100_800;
    /// @notice Blocks until what was slashed can be sent on; 0 as in releases before there was one.
    uint32 public resolutionDelay;

    mapping(address avs => bool) private _metadata;
    mapping(bytes32 set => Set) private _sets;
    mapping(bytes32 set => mapping(IStrategy => bool)) private _inSet;
    mapping(bytes32 set => mapping(address operator => bool)) private _registered;
    mapping(bytes32 set => mapping(address operator => uint256)) private _slashableUntil;
    mapping(bytes32 set => mapping(address => mapping(IStrategy => Allocation))) private
        _allocations;
    mapping(address operator => mapping(IStrategy => uint64)) private _encumbered;
    mapping(address operator => mapping(IStrategy => uint64)) private _slashedMagnitude;
    mapping(address operator => mapping(IStrategy => Checkpoints.Trace208)) private _lostAt;

    mapping(address operator => bool) public isOperator;
    mapping(address operator => uint32) private _allocationDelay;
    mapping(address staker => address) public delegatedTo;
    mapping(address staker => mapping(IStrategy => uint256)) private _scaledShares;
    mapping(address operator => mapping(IStrategy => uint256)) public operatorShares;
    mapping(address operator => mapping(IStrategy => Checkpoints.Trace208)) private _queuedScaled;
    mapping(address staker => Withdrawal[]) private _withdrawals;
    mapping(bytes32 slash => mapping(IStrategy => uint256)) private _redistributable;
    mapping(bytes32 slash => uint256) private _resolvesAt;

    constructor(
        uint32 resolutionDelay_
    ) {
        resolutionDelay = resolutionDelay_;
    }

    function _key(
        OperatorSet memory set
    ) private pure returns (bytes32) {
        return keccak256(abi.encode(set));
    }

    // --- AVS ---

    function updateAVSMetadataURI(
        address avs,
        string calldata
    ) external {
        if (msg.sender != avs) revert InvalidCaller();
        _metadata[avs] = true;
    }

    function createRedistributingOperatorSets(
        address avs,
        CreateSetParamsV2[] calldata params,
        address[] calldata recipients
    ) external {
        if (msg.sender != avs) revert InvalidCaller();
        if (params.length != recipients.length) revert InputArrayLengthMismatch();
        if (!_metadata[avs]) revert NonexistentAVSMetadata();
        for (uint256 i = 0; i < params.length; i++) {
            if (recipients[i] == address(0)) revert InputAddressZero();
            if (recipients[i] == address(0xe16e4)) revert InvalidRedistributionRecipient();
            if (params[i].slasher == address(0)) revert InputAddressZero();
            bytes32 key = _key(OperatorSet(avs, params[i].operatorSetId));
            if (_sets[key].exists) revert InvalidOperatorSet();
            _sets[key] = Set(true, params[i].slasher, recipients[i], 0);
            _addStrategies(key, params[i].strategies);
        }
    }

    function addStrategiesToOperatorSet(
        address avs,
        uint32 id,
        IStrategy[] calldata strategies
    ) external {
        if (msg.sender != avs) revert InvalidCaller();
        bytes32 key = _key(OperatorSet(avs, id));
        if (!_sets[key].exists) revert InvalidOperatorSet();
        _addStrategies(key, strategies);
    }

    function _addStrategies(
        bytes32 key,
        IStrategy[] calldata strategies
    ) private {
        for (uint256 i = 0; i < strategies.length; i++) {
            if (_inSet[key][strategies[i]]) revert StrategyAlreadyInOperatorSet();
            _inSet[key][strategies[i]] = true;
        }
    }

    // --- operators ---

    function registerAsOperator(
        uint32 allocationDelay
    ) external {
        if (delegatedTo[msg.sender] != address(0)) revert ActivelyDelegated();
        isOperator[msg.sender] = true;
        delegatedTo[msg.sender] = msg.sender;
        _allocationDelay[msg.sender] = allocationDelay;
    }

    function registerForOperatorSets(
        address avs,
        uint32[] calldata ids
    ) external {
        if (!isOperator[msg.sender]) revert InvalidOperator();
        for (uint256 i = 0; i < ids.length; i++) {
            OperatorSet memory set = OperatorSet(avs, ids[i]);
            bytes32 key = _key(set);
            if (!_sets[key].exists) revert InvalidOperatorSet();
            if (isOperatorSlashable(msg.sender, set)) revert AlreadyMemberOfSet();
            _registered[key][msg.sender] = true;
        }
        IAVSRegistrar(avs).registerOperator(msg.sender, avs, ids, "");
    }

    function deregisterFromOperatorSets(
        address avs,
        uint32[] calldata ids
    ) external {
        for (uint256 i = 0; i < ids.length; i++) {
            bytes32 key = _key(OperatorSet(avs, ids[i]));
            if (!_sets[key].exists) revert InvalidOperatorSet();
            if (!_registered[key][msg.sender]) revert NotMemberOfSet();
            _registered[key][msg.sender] = false;
            _slashableUntil[key][msg.sender] = block.number + DEALLOCATION_DELAY;
        }
        IAVSRegistrar(avs).deregisterOperator(msg.sender, avs, ids);
    }

    function modifyAllocation(
        OperatorSet calldata set,
        IStrategy strategy,
        uint64 magnitude
    ) external {
        if (!isOperator[msg.sender]) revert UninitializedAllocationDelay();
        bytes32 key = _key(set);
        if (!_sets[key].exists) revert InvalidOperatorSet();
        Allocation memory allocation = _updated(key, msg.sender, strategy);
        if (allocation.effectBlock != 0) revert ModificationAlreadyPending();
        int128 difference =
            int128(uint128(magnitude)) - int128(uint128(allocation.currentMagnitude));
        if (difference == 0) revert SameMagnitude();
        if (difference > 0) {
            uint64 encumbered = _encumbered[msg.sender][strategy] + uint64(uint128(difference));
            if (encumbered > getMaxMagnitude(msg.sender, strategy)) revert InsufficientMagnitude();
            _encumbered[msg.sender][strategy] = encumbered;
            allocation.effectBlock = uint32(block.number) + _allocationDelay[msg.sender];
            allocation.pendingDiff = difference;
        } else if (
            _inSet[key][strategy] && isOperatorSlashable(msg.sender, set)
                && allocation.currentMagnitude != 0
        ) {
            allocation.effectBlock = uint32(block.number) + DEALLOCATION_DELAY + 1;
            allocation.pendingDiff = difference;
        } else {
            _encumbered[msg.sender][strategy] -= uint64(uint128(-difference));
            allocation.currentMagnitude = magnitude;
        }
        _allocations[key][msg.sender][strategy] = allocation;
    }

    /// @dev The allocation with a change whose time has come. A deallocation frees its magnitude
    /// when it is next touched, as EigenLayer's queue does.
    function _updated(
        bytes32 key,
        address operator,
        IStrategy strategy
    ) private view returns (Allocation memory allocation) {
        allocation = _allocations[key][operator][strategy];
        if (block.number < allocation.effectBlock) return allocation;
        allocation.currentMagnitude = uint64(
            uint128(int128(uint128(allocation.currentMagnitude)) + allocation.pendingDiff)
        );
        allocation.effectBlock = 0;
        allocation.pendingDiff = 0;
    }

    // --- stakers ---

    function deposit(
        IStrategy strategy,
        uint256 amount
    ) external {
        strategy.underlyingToken().safeTransferFrom(msg.sender, address(strategy), amount);
        uint256 shares = StrategyDouble(address(strategy)).deposit(amount);
        address operator = delegatedTo[msg.sender];
        uint64 left = operator == address(0) ? WAD : getMaxMagnitude(operator, strategy);
        require(left > 0, "FullySlashed");
        _scaledShares[msg.sender][strategy] += Math.mulDiv(shares, WAD, left);
        if (operator != address(0)) operatorShares[operator][strategy] += shares;
    }

    function delegateTo(
        address operator,
        IStrategy[] calldata strategies
    ) external {
        if (delegatedTo[msg.sender] != address(0)) revert ActivelyDelegated();
        if (!isOperator[operator]) revert InvalidOperator();
        delegatedTo[msg.sender] = operator;
        for (uint256 i = 0; i < strategies.length; i++) {
            uint256 shares = _scaledShares[msg.sender][strategies[i]];
            operatorShares[operator][strategies[i]] += shares;
            uint64 left = getMaxMagnitude(operator, strategies[i]);
            if (left > 0) {
                _scaledShares[msg.sender][strategies[i]] = Math.mulDiv(shares, WAD, left);
            }
        }
    }

    function queueWithdrawal(
        IStrategy strategy,
        uint256 shares
    ) public {
        address operator = delegatedTo[msg.sender];
        if (operator == address(0)) revert NotActivelyDelegated();
        uint256 scaled = Math.mulDiv(shares, WAD, getMaxMagnitude(operator, strategy));
        _scaledShares[msg.sender][strategy] -= scaled;
        operatorShares[operator][strategy] -= shares;
        Checkpoints.Trace208 storage queued = _queuedScaled[operator][strategy];
        queued.push(uint48(block.number), uint208(queued.latest() + scaled));
        _withdrawals[msg.sender].push(Withdrawal(operator, strategy, uint32(block.number), scaled));
    }

    /// @notice Leaves the operator; all of the staker's shares are queued.
    function undelegate(
        IStrategy[] calldata strategies
    ) external {
        (uint256[] memory shares,) = getWithdrawableShares(msg.sender, strategies);
        for (uint256 i = 0; i < strategies.length; i++) {
            if (shares[i] > 0) queueWithdrawal(strategies[i], shares[i]);
            // What was slashed away does not come back with another operator.
            _scaledShares[msg.sender][strategies[i]] = 0;
        }
        delegatedTo[msg.sender] = address(0);
    }

    function completeQueuedWithdrawal(
        uint256 index
    ) external returns (uint256) {
        Withdrawal memory withdrawal = _withdrawals[msg.sender][index];
        uint32 slashableUntil = withdrawal.startBlock + minWithdrawalDelayBlocks;
        if (block.number <= slashableUntil) revert WithdrawalDelayNotElapsed();
        _withdrawals[msg.sender][index].scaledShares = 0;
        uint256 left =
            WAD - _lostAt[withdrawal.operator][withdrawal.strategy].upperLookup(slashableUntil);
        return StrategyDouble(address(withdrawal.strategy))
            .withdraw(msg.sender, Math.mulDiv(withdrawal.scaledShares, left, WAD));
    }

    function withdrawals(
        address staker
    ) external view returns (Withdrawal[] memory) {
        return _withdrawals[staker];
    }

    function getWithdrawableShares(
        address staker,
        IStrategy[] calldata strategies
    ) public view returns (uint256[] memory withdrawable, uint256[] memory deposited) {
        withdrawable = new uint256[](strategies.length);
        deposited = new uint256[](strategies.length);
        address operator = delegatedTo[staker];
        for (uint256 i = 0; i < strategies.length; i++) {
            deposited[i] = _scaledShares[staker][strategies[i]];
            uint64 left = operator == address(0) ? WAD : getMaxMagnitude(operator, strategies[i]);
            withdrawable[i] = Math.mulDiv(deposited[i], left, WAD);
        }
    }

    // --- slashes ---

    function slashOperator(
        address avs,
        SlashingParams calldata params
    ) external returns (uint256 slashId, uint256[] memory shares) {
        OperatorSet memory set = OperatorSet(avs, params.operatorSetId);
        bytes32 key = _key(set);
        if (params.strategies.length != params.wadsToSlash.length) {
            revert InputArrayLengthMismatch();
        }
        if (!_sets[key].exists) revert InvalidOperatorSet();
        if (!isOperatorSlashable(params.operator, set)) revert OperatorNotSlashable();
        if (msg.sender != _sets[key].slasher) revert InvalidCaller();
        slashId = ++_sets[key].slashes;
        shares = new uint256[](params.strategies.length);
        for (uint256 i = 0; i < params.strategies.length; i++) {
            if (i > 0 && params.strategies[i] <= params.strategies[i - 1]) {
                revert StrategiesMustBeInAscendingOrder();
            }
            if (params.wadsToSlash[i] == 0 || params.wadsToSlash[i] > WAD) {
                revert InvalidWadToSlash();
            }
            if (!_inSet[key][params.strategies[i]]) revert StrategyNotInOperatorSet();
            shares[i] = _slash(key, params.operator, params.strategies[i], params.wadsToSlash[i]);
            bytes32 slash = keccak256(abi.encode(key, slashId));
            _redistributable[slash][params.strategies[i]] = shares[i];
            _resolvesAt[slash] = block.number + resolutionDelay;
        }
    }

    function _slash(
        bytes32 key,
        address operator,
        IStrategy strategy,
        uint256 wad
    ) private returns (uint256 shares) {
        Allocation memory allocation = _updated(key, operator, strategy);
        if (allocation.currentMagnitude == 0) return 0;
        uint64 before = getMaxMagnitude(operator, strategy);
        uint64 slashed =
            uint64(Math.mulDiv(allocation.currentMagnitude, wad, WAD, Math.Rounding.Ceil));
        uint256 inQueue = getSlashableSharesInQueue(operator, strategy);
        allocation.currentMagnitude -= slashed;
        if (allocation.pendingDiff < 0) {
            uint256 pending = uint256(uint128(-allocation.pendingDiff));
            allocation.pendingDiff += int128(
                uint128(Math.mulDiv(pending, wad, WAD, Math.Rounding.Ceil))
            );
        }
        _allocations[key][operator][strategy] = allocation;
        _encumbered[operator][strategy] -= slashed;
        _slashedMagnitude[operator][strategy] += slashed;
        _lostAt[operator][strategy].push(
            uint48(block.number), _slashedMagnitude[operator][strategy]
        );
        uint256 held = operatorShares[operator][strategy];
        uint256 after_ = getMaxMagnitude(operator, strategy);
        uint256 left = Math.mulDiv(held, after_, before, Math.Rounding.Ceil);
        operatorShares[operator][strategy] = left;
        shares = held - left + inQueue - getSlashableSharesInQueue(operator, strategy);
    }

    function getBurnOrRedistributableShares(
        OperatorSet calldata set,
        uint256 slashId,
        IStrategy strategy
    ) external view returns (uint256) {
        return _redistributable[keccak256(abi.encode(_key(set), slashId))][strategy];
    }

    function clearBurnOrRedistributableSharesByStrategy(
        OperatorSet calldata set,
        uint256 slashId,
        IStrategy strategy
    ) external returns (uint256) {
        bytes32 key = _key(set);
        bytes32 slash = keccak256(abi.encode(key, slashId));
        if (resolutionDelay > 0 && block.number <= _resolvesAt[slash]) {
            revert SlashResolutionDelayNotElapsed();
        }
        uint256 shares = _redistributable[slash][strategy];
        delete _redistributable[slash][strategy];
        return StrategyDouble(address(strategy)).withdraw(_sets[key].recipient, shares);
    }

    // --- views ---

    function isOperatorSlashable(
        address operator,
        OperatorSet memory set
    ) public view returns (bool) {
        bytes32 key = _key(set);
        return _registered[key][operator] || block.number <= _slashableUntil[key][operator];
    }

    function getAllocation(
        address operator,
        OperatorSet calldata set,
        IStrategy strategy
    ) external view returns (Allocation memory) {
        return _updated(_key(set), operator, strategy);
    }

    function getMaxMagnitude(
        address operator,
        IStrategy strategy
    ) public view returns (uint64) {
        return WAD - _slashedMagnitude[operator][strategy];
    }

    function getMinimumSlashableStake(
        OperatorSet calldata set,
        address[] calldata operators,
        IStrategy[] calldata strategies,
        uint32 futureBlock
    ) external view returns (uint256[][] memory stakes) {
        stakes = new uint256[][](operators.length);
        for (uint256 i = 0; i < operators.length; i++) {
            stakes[i] = new uint256[](strategies.length);
            if (!isOperatorSlashable(operators[i], set)) continue;
            for (uint256 j = 0; j < strategies.length; j++) {
                stakes[i][j] = _minimum(_key(set), operators[i], strategies[j], futureBlock);
            }
        }
    }

    function _minimum(
        bytes32 key,
        address operator,
        IStrategy strategy,
        uint32 futureBlock
    ) private view returns (uint256) {
        uint64 most = getMaxMagnitude(operator, strategy);
        if (most == 0) return 0;
        Allocation memory allocation = _updated(key, operator, strategy);
        uint256 magnitude = allocation.currentMagnitude;
        if (futureBlock >= allocation.effectBlock && allocation.pendingDiff < 0) {
            magnitude -= uint128(-allocation.pendingDiff);
        }
        uint256 proportion = Math.mulDiv(magnitude, WAD, most);
        return Math.mulDiv(operatorShares[operator][strategy], proportion, WAD);
    }

    function getSlashableSharesInQueue(
        address operator,
        IStrategy strategy
    ) public view returns (uint256) {
        Checkpoints.Trace208 storage queued = _queuedScaled[operator][strategy];
        uint256 from = block.number > minWithdrawalDelayBlocks
            ? block.number - minWithdrawalDelayBlocks - 1
            : 0;
        uint256 scaled = queued.latest() - queued.upperLookup(uint48(from));
        return Math.mulDiv(scaled, getMaxMagnitude(operator, strategy), WAD);
    }
}
