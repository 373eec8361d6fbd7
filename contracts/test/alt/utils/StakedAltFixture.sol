// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { StakedAlt } from "../../../src/alt/StakedAlt.sol";
import { IOperatorRewards } from "../../../src/alt/interfaces/IOperatorRewards.sol";
import { TokenDouble } from "../../restaking/utils/Doubles.sol";
import { SymbioticCore } from "../../restaking/utils/SymbioticCore.sol";
import { INetworkRegistry } from "@symbioticfi/core/src/interfaces/INetworkRegistry.sol";
import {
    INetworkRestakeDelegator
} from "@symbioticfi/core/src/interfaces/delegator/INetworkRestakeDelegator.sol";
import {
    INetworkMiddlewareService
} from "@symbioticfi/core/src/interfaces/service/INetworkMiddlewareService.sol";
import { ISlasher } from "@symbioticfi/core/src/interfaces/slasher/ISlasher.sol";
import { IVault } from "@symbioticfi/core/src/interfaces/vault/IVault.sol";

/// @notice Pays a delegator what a test put there for it.
contract RewardsDouble {
    TokenDouble private immutable ALT;

    constructor(
        TokenDouble alt
    ) {
        ALT = alt;
    }

    function claimDelegator(
        bytes32,
        address,
        uint48[] calldata,
        address to
    ) external returns (uint256 amount) {
        amount = ALT.balanceOf(address(this));
        ALT.transfer(to, amount);
    }
}

/// @notice reALT over a vault of Symbiotic Core itself, of which the test's own network can slash.
abstract contract StakedAltFixture is SymbioticCore {
    uint48 internal constant VAULT_EPOCH = 7 days;
    uint48 internal constant STREAM = 7 days;
    bytes32 internal constant SERVICE = "service";

    TokenDouble internal alt;
    IVault internal vault;
    RewardsDouble internal rewardsDouble;
    StakedAlt internal staked;
    address internal operator = makeAddr("operator");
    address internal burner = makeAddr("burner");
    bytes32 internal subnetwork;

    function setUp() public virtual {
        vm.warp(1_800_000_000);
        _deployCore();
        alt = new TokenDouble("ALT");
        vault = _createVault(address(alt), burner, VAULT_EPOCH);
        rewardsDouble = new RewardsDouble(alt);
        staked = new StakedAlt(alt, vault, IOperatorRewards(address(rewardsDouble)), STREAM);
        _restake();
        vm.warp(block.timestamp + 1);
    }

    function _restake() private {
        INetworkRegistry(core.networkRegistry).registerNetwork();
        INetworkMiddlewareService(core.networkMiddlewareService).setMiddleware(address(this));
        subnetwork = bytes32(uint256(uint160(address(this))) << 96);
        INetworkRestakeDelegator delegator = INetworkRestakeDelegator(vault.delegator());
        delegator.setMaxNetworkLimit(0, type(uint256).max);
        vm.startPrank(curator);
        delegator.setNetworkLimit(subnetwork, type(uint256).max);
        delegator.setOperatorNetworkShares(subnetwork, operator, 1);
        vm.stopPrank();
        vm.startPrank(operator);
        symbioticOperators.registerOperator();
        vaultOptIns.optIn(address(vault));
        networkOptIns.optIn(address(this));
        vm.stopPrank();
    }

    function _deposit(
        address who,
        uint256 amount
    ) internal returns (uint256 shares) {
        alt.mint(who, amount);
        vm.startPrank(who);
        alt.approve(address(staked), amount);
        shares = staked.deposit(amount, who);
        vm.stopPrank();
    }

    /// @dev Takes `fraction` of the stake that the operator had a second ago.
    function _slash(
        uint256 fraction
    ) internal returns (uint256 amount) {
        uint48 capture = uint48(block.timestamp - 1);
        uint256 stake =
            INetworkRestakeDelegator(vault.delegator()).stakeAt(subnetwork, operator, capture, "");
        return
            ISlasher(vault.slasher())
                .slash(subnetwork, operator, stake * fraction / 1e18, capture, "");
    }

    function _harvest(
        uint256 amount
    ) internal {
        alt.mint(address(rewardsDouble), amount);
        staked.harvest(SERVICE, operator, new uint48[](1));
    }
}
