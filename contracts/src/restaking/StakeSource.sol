// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { IStakeSource, Quorum } from "./interfaces/IStakeSource.sol";
import { Ownable, Ownable2Step } from "@openzeppelin/contracts/access/Ownable2Step.sol";
import { IERC20 } from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import { SafeERC20 } from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {
    ReentrancyGuardTransient
} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import { Checkpoints } from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";

/// @title StakeSource
/// @notice What every stake source has in common: who may slash and how far back, which assets
/// count in which quorum, and the account of what was removed.
///
/// The owner, the governance timelock, accepts and refuses assets. It can neither slash nor touch
/// what was removed; a worthless asset that it accepted would make votes in a service cheap.
abstract contract StakeSource is IStakeSource, Ownable2Step, ReentrancyGuardTransient {
    using Checkpoints for Checkpoints.Trace208;
    using SafeERC20 for IERC20;

    /// @notice `asset` counts in `quorum` from now on, or no longer counts in any.
    event AssetSet(address indexed asset, uint8 quorum, bool accepted);

    error InvalidQuorum(uint8 quorum);
    /// @notice An address that must be a contract is not.
    error NotAContract(address given);
    /// @notice So little gas is left that a failure might be for want of it.
    error InsufficientGas();

    uint256 internal constant WAD = 1e18;

    /// @notice The only caller of `slash` and `collect`.
    address public immutable slasher;
    /// @inheritdoc IStakeSource
    uint48 public immutable slashingWindow;

    /// @dev Value: quorum plus one; 0 where the asset does not count.
    mapping(address asset => Checkpoints.Trace208) private _quorums;
    mapping(bytes32 offence => mapping(address asset => uint256)) private _removed;
    mapping(bytes32 offence => mapping(address asset => uint256)) private _uncollected;
    /// @notice What is here for the Slasher to collect. Anything above it is no one's.
    mapping(address asset => uint256) public held;

    /// @param governance The timelock.
    /// @param assets Assets accepted from the beginning, by quorum.
    constructor(
        address governance,
        address slasher_,
        uint48 slashingWindow_,
        address[][2] memory assets
    ) Ownable(governance) {
        slasher = slasher_;
        slashingWindow = slashingWindow_;
        for (uint8 quorum = 0; quorum < Quorum.COUNT; quorum++) {
            for (uint256 i = 0; i < assets[quorum].length; i++) {
                _setAsset(assets[quorum][i], quorum, true);
            }
        }
    }

    modifier onlySlasher() {
        if (msg.sender != slasher) revert NotSlasher(msg.sender);
        _;
    }

    // --- assets ---

    /// @notice Accepts `asset` in `quorum` from now on, or refuses it. Owner only. An asset must
    /// neither rebase, nor take fees, nor call its holders.
    function setAsset(
        address asset,
        uint8 quorum,
        bool accepted
    ) external onlyOwner {
        _setAsset(asset, quorum, accepted);
    }

    /// @notice Whether `asset` counted at `timestamp`, and in which quorum.
    function quorumAt(
        address asset,
        uint48 timestamp
    ) public view returns (bool accepted, uint8 quorum) {
        uint256 value = _quorums[asset].upperLookupRecent(timestamp);
        if (value != 0) (accepted, quorum) = (true, uint8(value - 1));
    }

    function _setAsset(
        address asset,
        uint8 quorum,
        bool accepted
    ) private {
        if (quorum >= Quorum.COUNT) revert InvalidQuorum(quorum);
        if (asset.code.length == 0) revert NotAContract(asset);
        _quorums[asset].push(uint48(block.timestamp), accepted ? quorum + 1 : 0);
        emit AssetSet(asset, quorum, accepted);
    }

    // --- slashes ---

    function _checkSlash(
        uint256 fraction,
        uint48 timestamp
    ) internal view {
        if (fraction > WAD) revert FractionTooLarge(fraction);
        uint256 to = block.timestamp - 1;
        uint256 from = to > slashingWindow ? block.timestamp - slashingWindow : 0;
        if (timestamp < from || timestamp > to) {
            revert OutsideSlashingWindow(timestamp, from, to);
        }
    }

    /// @dev Gas that a call may use without a caller being able to make it fail by giving too
    /// little.
    function _requireGas(
        uint256 needed
    ) internal view {
        // EIP-150 keeps a 64th back from calls.
        if (gasleft() < needed + needed / 63 + 10_000) revert InsufficientGas();
    }

    /// @dev `asset` was, or will be, removed for `offence`: it can be asked for.
    function _noteRemoved(
        bytes32 offence,
        address asset,
        uint256 amount
    ) internal {
        _removed[offence][asset] += amount;
    }

    /// @dev `amount` of what was removed is here.
    function _noteReceived(
        bytes32 offence,
        address asset,
        uint256 amount
    ) internal {
        _uncollected[offence][asset] += amount;
        held[asset] += amount;
    }

    /// @inheritdoc IStakeSource
    function collect(
        bytes32 offence,
        address asset
    ) external onlySlasher nonReentrant returns (uint256 amount) {
        if (_removed[offence][asset] == 0) revert NotRemoved(offence, asset);
        _release(offence, asset);
        amount = _uncollected[offence][asset];
        delete _uncollected[offence][asset];
        held[asset] -= amount;
        if (amount > 0) IERC20(asset).safeTransfer(slasher, amount);
    }

    /// @dev Asks the protocol for what it holds back of `asset` and notes what arrives.
    function _release(
        bytes32 offence,
        address asset
    ) internal virtual;
}
