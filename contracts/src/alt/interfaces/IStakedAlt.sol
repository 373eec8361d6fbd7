// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { IVault } from "@symbioticfi/core/src/interfaces/vault/IVault.sol";

/// @title IStakedAlt
/// @notice reALT: ERC-4626 shares of ALT that is bonded in a Symbiotic vault and so restaked in the
/// second quorum of the services its curator chose.
///
/// Leaving takes the vault's cooldown: `requestRedeem` burns the shares and hands the claim to the
/// receiver, who takes the ALT from the vault itself when the epoch after the current one is over;
/// until then it is slashable. ERC-4626's own `withdraw` and `redeem` are closed, and their maxima
/// 0.
interface IStakedAlt {
    /// @notice `receiver` can claim up to `assets` from the vault once its epoch `epoch` is over.
    event RedeemRequested(
        address indexed owner,
        address indexed receiver,
        uint256 shares,
        uint256 assets,
        uint256 epoch
    );
    /// @notice Rewards came in; they join what is bonded until `streamsUntil` (Unix time).
    event Harvested(uint256 amount, uint256 streaming, uint48 streamsUntil);
    /// @notice `amount` of the rewards was bonded.
    event Compounded(uint256 amount);

    /// @notice Shares are redeemed by `requestRedeem` and the vault's cooldown.
    error CooldownRequired();
    error WrongCollateral(address vault, address collateral);
    /// @notice The amount is too small for a single share, or for a single wei.
    error ZeroAmount();

    /// @notice The Symbiotic vault that holds the ALT.
    function vault() external view returns (IVault);

    /// @notice Seconds over which a harvest joins what is bonded: who comes for a harvest and
    /// leaves after it gets little of it.
    function STREAM_PERIOD() external view returns (uint48);

    /// @notice Burns `shares` of `owner` (the caller, or who allowed it) and starts the cooldown.
    /// @return assets ALT that `receiver` can claim, less what is slashed meanwhile.
    /// @return epoch The vault's epoch after which it can: `vault.claim(to, epoch)`.
    function requestRedeem(
        uint256 shares,
        address receiver,
        address owner
    ) external returns (uint256 assets, uint256 epoch);

    /// @notice Takes what the bonded ALT earned behind `operator`. Anyone.
    function harvest(
        bytes32 service,
        address operator,
        uint48[] calldata epochs
    ) external returns (uint256 amount);

    /// @notice Bonds what has streamed in of the harvests. Anyone; coming and leaving do it too.
    function compound() external returns (uint256 amount);

    /// @notice Shares of the vault that belong to this token's holders. Shares that others give to
    /// this contract do not count.
    function bondShares() external view returns (uint256);
}
