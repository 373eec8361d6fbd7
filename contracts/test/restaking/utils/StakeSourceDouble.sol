// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { IStakeSource } from "../../../src/restaking/interfaces/IStakeSource.sol";
import { IERC20 } from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import { SafeERC20 } from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import { Checkpoints } from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";

/// @notice A restaking protocol of one vault an operator, service and quorum: stake with history,
/// withdrawals that stay slashable for a window, slashes that reach back, proceeds that can be held
/// back.
contract StakeSourceDouble is IStakeSource {
    using Checkpoints for Checkpoints.Trace208;
    using SafeERC20 for IERC20;

    struct Withdrawal {
        uint208 amount;
        uint48 requestedAt;
    }

    struct Vault {
        Checkpoints.Trace208 active;
        Checkpoints.Trace208 slashed;
        Withdrawal[] withdrawals;
        Checkpoints.Trace208 allDelegated;
        mapping(address delegator => Checkpoints.Trace208) delegated;
    }

    address public immutable slasher;
    uint48 public immutable slashingWindow;
    IERC20[2] public assets;

    /// @notice Unix time from which proceeds can be collected.
    uint256 public releasedFrom;
    /// @notice Makes reading an operator's stake fail.
    mapping(address operator => bool) public broken;

    mapping(bytes32 => Vault) private _vaults;
    mapping(bytes32 service => mapping(address operator => Checkpoints.Trace208)) private _members;
    mapping(bytes32 offence => uint256[2]) private _removed;
    mapping(bytes32 offence => mapping(address asset => uint256)) private _uncollected;

    constructor(
        address slasher_,
        uint48 window,
        IERC20[2] memory assets_
    ) {
        slasher = slasher_;
        slashingWindow = window;
        assets = assets_;
    }

    // --- the protocol's own side ---

    function setMember(
        bytes32 service,
        address operator,
        bool member
    ) external {
        _members[service][operator].push(uint48(block.timestamp), member ? 1 : 0);
    }

    /// @notice Whose the stake is said to be, for rewards; independent of what is deposited.
    function setDelegation(
        bytes32 service,
        address operator,
        uint8 quorum,
        address delegator,
        uint256 part
    ) external {
        Vault storage vault = _vault(service, operator, quorum);
        Checkpoints.Trace208 storage delegated = vault.delegated[delegator];
        _set(vault.allDelegated, vault.allDelegated.latest() - delegated.latest() + part);
        _set(delegated, part);
    }

    function setBroken(
        address operator,
        bool value
    ) external {
        broken[operator] = value;
    }

    function holdBack(
        uint256 until
    ) external {
        releasedFrom = until;
    }

    function deposit(
        bytes32 service,
        address operator,
        uint8 quorum,
        uint256 amount
    ) external {
        assets[quorum].safeTransferFrom(msg.sender, address(this), amount);
        Vault storage vault = _vault(service, operator, quorum);
        _set(vault.active, vault.active.latest() + amount);
    }

    function beginWithdrawal(
        bytes32 service,
        address operator,
        uint8 quorum,
        uint256 amount
    ) external {
        Vault storage vault = _vault(service, operator, quorum);
        _set(vault.active, vault.active.latest() - amount);
        vault.withdrawals.push(Withdrawal(uint208(amount), uint48(block.timestamp)));
    }

    /// @notice Pays every withdrawal whose window has passed.
    function finishWithdrawals(
        bytes32 service,
        address operator,
        uint8 quorum,
        address to
    ) external returns (uint256 paid) {
        Withdrawal[] storage withdrawals = _vault(service, operator, quorum).withdrawals;
        for (uint256 i = 0; i < withdrawals.length; i++) {
            if (block.timestamp <= withdrawals[i].requestedAt + slashingWindow) continue;
            paid += withdrawals[i].amount;
            withdrawals[i].amount = 0;
        }
        assets[quorum].safeTransfer(to, paid);
    }

    /// @notice What slashes can still reach, active or in withdrawal.
    function held(
        bytes32 service,
        address operator,
        uint8 quorum
    ) external view returns (uint256 amount) {
        Vault storage vault = _vault(service, operator, quorum);
        amount = vault.active.latest();
        for (uint256 i = 0; i < vault.withdrawals.length; i++) {
            amount += vault.withdrawals[i].amount;
        }
    }

    function removedFor(
        bytes32 offence
    ) external view returns (uint256[2] memory) {
        return _removed[offence];
    }

    // --- IStakeSource ---

    function isMember(
        bytes32 service,
        address operator,
        uint48 timestamp
    ) public view returns (bool) {
        return _members[service][operator].upperLookup(timestamp) == 1;
    }

    function stakeAt(
        bytes32 service,
        address operator,
        uint8 quorum,
        uint48 timestamp
    ) public view virtual returns (uint256) {
        require(!broken[operator], "broken");
        if (!isMember(service, operator, timestamp)) return 0;
        return _vault(service, operator, quorum).active.upperLookup(timestamp);
    }

    function delegationAt(
        bytes32 service,
        address operator,
        uint8 quorum,
        address delegator,
        uint48 timestamp
    ) external view returns (uint256 part, uint256 whole) {
        Vault storage vault = _vault(service, operator, quorum);
        part = vault.delegated[delegator].upperLookup(timestamp);
        whole = vault.allDelegated.upperLookup(timestamp);
    }

    function slash(
        bytes32 service,
        address operator,
        uint256 fraction,
        uint48 timestamp,
        bytes32 offence
    ) external returns (uint256[2] memory removed) {
        if (msg.sender != slasher) revert NotSlasher(msg.sender);
        if (fraction > 1e18) revert FractionTooLarge(fraction);
        uint256 from = block.timestamp > slashingWindow ? block.timestamp - slashingWindow : 0;
        if (timestamp < from || timestamp > block.timestamp) {
            revert OutsideSlashingWindow(timestamp, from, block.timestamp);
        }
        for (uint8 quorum = 0; quorum < 2; quorum++) {
            removed[quorum] = _slash(service, operator, quorum, fraction, timestamp);
            _uncollected[offence][address(assets[quorum])] += removed[quorum];
        }
        _removed[offence] = removed;
    }

    function collect(
        bytes32 offence,
        address asset
    ) external returns (uint256 amount) {
        if (msg.sender != slasher) revert NotSlasher(msg.sender);
        if (asset != address(assets[0]) && asset != address(assets[1])) {
            revert NotRemoved(offence, asset);
        }
        if (block.timestamp < releasedFrom) return 0;
        amount = _uncollected[offence][asset];
        delete _uncollected[offence][asset];
        IERC20(asset).safeTransfer(slasher, amount);
    }

    /// @dev Youngest withdrawals first, then active stake: the order is the protocol's affair.
    function _slash(
        bytes32 service,
        address operator,
        uint8 quorum,
        uint256 fraction,
        uint48 timestamp
    ) private returns (uint256 removed) {
        Vault storage vault = _vault(service, operator, quorum);
        uint256 stake = stakeAt(service, operator, quorum, timestamp);
        uint256 slashedSince = vault.slashed.latest() - vault.slashed.upperLookup(timestamp);
        uint256 slashable = stake > slashedSince ? stake - slashedSince : 0;
        uint256 wanted = stake * fraction / 1e18;
        if (wanted > slashable) wanted = slashable;
        for (uint256 i = vault.withdrawals.length; i > 0 && removed < wanted; i--) {
            Withdrawal storage withdrawal = vault.withdrawals[i - 1];
            if (withdrawal.requestedAt < timestamp) break;
            uint256 part = wanted - removed;
            if (part > withdrawal.amount) part = withdrawal.amount;
            withdrawal.amount -= uint208(part);
            removed += part;
        }
        uint256 active = vault.active.latest();
        uint256 rest = wanted - removed;
        if (rest > active) rest = active;
        _set(vault.active, active - rest);
        removed += rest;
        _set(vault.slashed, vault.slashed.latest() + removed);
    }

    function _set(
        Checkpoints.Trace208 storage trace,
        uint256 value
    ) private {
        trace.push(uint48(block.timestamp), uint208(value));
    }

    function _vault(
        bytes32 service,
        address operator,
        uint8 quorum
    ) private view returns (Vault storage) {
        return _vaults[keccak256(abi.encode(service, operator, quorum))];
    }
}
