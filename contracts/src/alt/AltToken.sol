// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { RateLimit, RateLimitLib } from "./RateLimit.sol";
import { IAltToken } from "./interfaces/IAltToken.sol";
import { IOptimismMintableERC20 } from "./interfaces/IOptimismMintableERC20.sol";
import { Ownable, Ownable2Step } from "@openzeppelin/contracts/access/Ownable2Step.sol";
import { ERC20 } from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import { ERC20Permit } from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import { ERC20Votes } from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Votes.sol";
import {
    ERC20Bridgeable
} from "@openzeppelin/contracts/token/ERC20/extensions/draft-ERC20Bridgeable.sol";
import { Nonces } from "@openzeppelin/contracts/utils/Nonces.sol";
import { IERC165 } from "@openzeppelin/contracts/utils/introspection/IERC165.sol";

/// @title AltToken
/// @notice ALT: 10 000 000 000, minted once on the home chain; permit (ERC-2612), votes by
/// timestamp (ERC-5805, ERC-6372), bridges by ERC-7802 and by the OP Stack's StandardBridge, each
/// within a rate
/// limit. The constructor's arguments are the same on every chain, and so is its CREATE2 address.
///
/// Bridges burn on one chain what they mint on another, so the supply over all chains is constant.
/// The owner (the governance timelock, or its counterpart on another chain) only names bridges and
/// their
/// limits; it can neither mint, nor stop a transfer.
contract AltToken is
    IAltToken,
    IOptimismMintableERC20,
    ERC20Permit,
    ERC20Votes,
    ERC20Bridgeable,
    Ownable2Step
{
    using RateLimitLib for RateLimit;

    /// @notice Supply over all chains.
    uint256 public constant SUPPLY = 10_000_000_000e18;

    /// @notice The OP Stack's L2StandardBridge, a predeploy of every rollup.
    address public constant L2_STANDARD_BRIDGE = 0x4200000000000000000000000000000000000010;

    /// @inheritdoc IAltToken
    uint256 public immutable homeChainId;

    struct BridgeLimits {
        RateLimit mint;
        RateLimit burn;
    }

    mapping(address bridge => BridgeLimits) private _limits;

    /// @param homeChainId_ Chain on which the supply is minted; the same value on every chain.
    /// @param initialHolder Receives the supply on the home chain.
    /// @param initialOwner May set bridge limits.
    constructor(
        uint256 homeChainId_,
        address initialHolder,
        address initialOwner
    ) ERC20("AltLayer Token", "ALT") ERC20Permit("AltLayer Token") Ownable(initialOwner) {
        homeChainId = homeChainId_;
        if (block.chainid == homeChainId_) _mint(initialHolder, SUPPLY);
    }

    // --- bridges ---

    /// @inheritdoc IAltToken
    function setBridgeLimits(
        address bridge_,
        uint256 mintCap,
        uint256 burnCap
    ) external onlyOwner {
        if (mintCap > SUPPLY) revert CapAboveSupply(mintCap);
        if (burnCap > SUPPLY) revert CapAboveSupply(burnCap);
        BridgeLimits storage limits = _limits[bridge_];
        limits.mint = limits.mint.withCap(uint104(mintCap));
        limits.burn = limits.burn.withCap(uint104(burnCap));
        emit BridgeLimitsSet(bridge_, mintCap, burnCap);
    }

    /// @inheritdoc IAltToken
    function bridgeLimits(
        address bridge_
    ) external view returns (uint256 mintCap, uint256 burnCap) {
        BridgeLimits storage limits = _limits[bridge_];
        return (limits.mint.cap, limits.burn.cap);
    }

    /// @inheritdoc IAltToken
    function mintable(
        address bridge_
    ) external view returns (uint256) {
        return _limits[bridge_].mint.current();
    }

    /// @inheritdoc IAltToken
    function burnable(
        address bridge_
    ) external view returns (uint256) {
        return _limits[bridge_].burn.current();
    }

    /// @notice ERC-7802: mints what was burned on another chain. Bridges only, within their limit.
    function crosschainMint(
        address to,
        uint256 amount
    ) public override {
        _useMint(amount);
        super.crosschainMint(to, amount);
    }

    /// @notice ERC-7802: burns what will be minted on another chain. Bridges only, within their
    /// limit.
    function crosschainBurn(
        address from,
        uint256 amount
    ) public override {
        _useBurn(amount);
        super.crosschainBurn(from, amount);
    }

    /// @notice As `crosschainMint`, by the name the StandardBridge uses.
    function mint(
        address to,
        uint256 amount
    ) external {
        crosschainMint(to, amount);
    }

    /// @notice As `crosschainBurn`, by the name the StandardBridge uses.
    function burn(
        address from,
        uint256 amount
    ) external {
        crosschainBurn(from, amount);
    }

    /// @notice ALT has the same address on every chain.
    function remoteToken() external view returns (address) {
        return address(this);
    }

    /// @notice The StandardBridge that mints ALT on a rollup.
    function bridge() external pure returns (address) {
        return L2_STANDARD_BRIDGE;
    }

    /// @notice On the home chain ALT is not the StandardBridge's to mint: it locks it there
    /// instead.
    function supportsInterface(
        bytes4 interfaceId
    ) public view override(ERC20Bridgeable, IERC165) returns (bool) {
        if (interfaceId == type(IOptimismMintableERC20).interfaceId) {
            return block.chainid != homeChainId;
        }
        return super.supportsInterface(interfaceId);
    }

    /// @dev Who may call is what the limits say; `_useMint` and `_useBurn` have checked it.
    function _checkTokenBridge(
        address caller
    ) internal view override {
        BridgeLimits storage limits = _limits[caller];
        if (limits.mint.cap == 0 && limits.burn.cap == 0) revert NotBridge(caller);
    }

    function _useMint(
        uint256 amount
    ) private {
        _limits[msg.sender].mint = _afterUse(_limits[msg.sender].mint, amount);
    }

    function _useBurn(
        uint256 amount
    ) private {
        _limits[msg.sender].burn = _afterUse(_limits[msg.sender].burn, amount);
    }

    function _afterUse(
        RateLimit memory limit,
        uint256 amount
    ) private view returns (RateLimit memory) {
        if (limit.cap == 0) revert NotBridge(msg.sender);
        uint256 available = limit.current();
        if (amount > available) revert BridgeLimitExceeded(msg.sender, amount, available);
        return limit.afterUse(amount);
    }

    // --- votes ---

    /// @notice ERC-6372: votes are counted by timestamp.
    function clock() public view override returns (uint48) {
        return uint48(block.timestamp);
    }

    /// @notice ERC-6372.
    // solhint-disable-next-line func-name-mixedcase
    function CLOCK_MODE() public pure override returns (string memory) {
        return "mode=timestamp";
    }

    function _update(
        address from,
        address to,
        uint256 value
    ) internal override(ERC20, ERC20Votes) {
        super._update(from, to, value);
    }

    /// @notice ERC-2612 nonce of `owner_`, shared with delegation by signature.
    function nonces(
        address owner_
    ) public view override(ERC20Permit, Nonces) returns (uint256) {
        return super.nonces(owner_);
    }
}
