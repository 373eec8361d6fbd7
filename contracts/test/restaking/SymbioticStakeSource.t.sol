// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { StakeSource } from "../../src/restaking/StakeSource.sol";
import { IStakeSource, Quorum } from "../../src/restaking/interfaces/IStakeSource.sol";
import { ISymbioticStakeSource } from "../../src/restaking/interfaces/ISymbioticStakeSource.sol";
import { BlsKeys } from "./utils/BlsKeys.sol";
import { TokenDouble } from "./utils/Doubles.sol";
import { StakeSourceSuite } from "./utils/StakeSourceSuite.sol";
import { SymbioticFixture } from "./utils/SymbioticFixture.sol";
import { Ownable } from "@openzeppelin/contracts/access/Ownable.sol";
import { IERC20 } from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {
    IMigratablesFactory
} from "@symbioticfi/core/src/interfaces/common/IMigratablesFactory.sol";
import {
    INetworkRestakeDelegator
} from "@symbioticfi/core/src/interfaces/delegator/INetworkRestakeDelegator.sol";
import {
    INetworkMiddlewareService
} from "@symbioticfi/core/src/interfaces/service/INetworkMiddlewareService.sol";
import { IBaseSlasher } from "@symbioticfi/core/src/interfaces/slasher/IBaseSlasher.sol";
import { IVault } from "@symbioticfi/core/src/interfaces/vault/IVault.sol";

/// @notice The suite of all sources on Symbiotic Core itself, and what is Symbiotic's own.
contract SymbioticStakeSourceTest is StakeSourceSuite, SymbioticFixture {
    function test_admit_opensASubnetworkOnce() public {
        bytes32 subnetwork = symbiotic.subnetworkOf(service);
        assertEq(address(uint160(uint256(subnetwork) >> 96)), address(symbiotic));
        assertEq(uint96(uint256(subnetwork)), 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                ISymbioticStakeSource.AlreadyAdmitted.selector, service, address(vaults[0])
            )
        );
        symbiotic.admit(service, address(vaults[0]));
        symbiotic.admit("second", address(vaults[0]));
        assertEq(uint96(uint256(symbiotic.subnetworkOf("second"))), 2);
    }

    function _refused(
        IVault vault,
        bytes memory why
    ) private {
        vm.expectRevert(why);
        symbiotic.admit(service, address(vault));
    }

    function test_admit_refusesWhatCannotBeSlashedInTime() public {
        address asset = address(tokens[0]);
        _refused(
            IVault(address(this)),
            abi.encodeWithSelector(ISymbioticStakeSource.NotAVault.selector, address(this))
        );
        IVault vault = _createVault(asset, address(symbiotic), WINDOW - 1);
        _refused(
            vault,
            abi.encodeWithSelector(
                ISymbioticStakeSource.VaultEpochTooShort.selector, vault, WINDOW - 1, WINDOW
            )
        );
        vault = _createVault(asset, address(this), WINDOW);
        _refused(
            vault,
            abi.encodeWithSelector(ISymbioticStakeSource.WrongBurner.selector, vault, address(this))
        );
        vault = _createVault(asset, address(symbiotic), WINDOW, NETWORK_RESTAKE, VETO);
        _refused(
            vault,
            abi.encodeWithSelector(
                ISymbioticStakeSource.WrongSlasher.selector, vault, vault.slasher()
            )
        );
        vault = _createVault(asset, address(symbiotic), WINDOW, NETWORK_RESTAKE, NO_SLASHER);
        _refused(
            vault,
            abi.encodeWithSelector(ISymbioticStakeSource.WrongSlasher.selector, vault, address(0))
        );
        vault = _createVault(asset, address(symbiotic), WINDOW, FULL_RESTAKE, INSTANT);
        _refused(
            vault,
            abi.encodeWithSelector(
                ISymbioticStakeSource.WrongDelegator.selector, vault, vault.delegator()
            )
        );
    }

    /// A vault made beside Symbiotic's configurator, which has no delegator yet.
    function test_admit_refusesAnUnfinishedVault() public {
        address unfinished = IMigratablesFactory(core.vaultFactory)
            .create(1, curator, _vaultParams(address(tokens[0]), address(symbiotic), WINDOW));
        _refused(
            IVault(unfinished),
            abi.encodeWithSelector(ISymbioticStakeSource.VaultNotInitialized.selector, unfinished)
        );
    }

    function test_admit_refusesOtherAssets() public {
        TokenDouble doubtful = new TokenDouble("DOUBT");
        IVault vault = _createVault(address(doubtful), address(symbiotic), WINDOW);
        _refused(
            vault,
            abi.encodeWithSelector(
                ISymbioticStakeSource.AssetNotAccepted.selector, vault, address(doubtful)
            )
        );
        vm.prank(address(timelock));
        symbiotic.setAsset(address(doubtful), Quorum.ETH, true);
        symbiotic.admit(service, address(vault));
    }

    function test_assets_areGovernances() public {
        vm.expectRevert(
            abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, address(this))
        );
        symbiotic.setAsset(address(tokens[0]), Quorum.ALT, true);
        vm.startPrank(address(timelock));
        vm.expectRevert(abi.encodeWithSelector(StakeSource.InvalidQuorum.selector, 2));
        symbiotic.setAsset(address(tokens[0]), 2, true);
        vm.expectRevert(abi.encodeWithSelector(StakeSource.NotAContract.selector, curator));
        symbiotic.setAsset(curator, 0, true);
        vm.stopPrank();
    }

    function test_aRefusedAssetCountsUntilThen() public {
        uint48 before = _now() - 1;
        vm.prank(address(timelock));
        symbiotic.setAsset(address(tokens[0]), Quorum.ETH, false);
        _wait(12);
        assertEq(_stake(operator, Quorum.ETH, _now() - 1), 0);
        assertEq(_stake(operator, Quorum.ETH, before), ETH_STAKE);
        bytes32 offence = _punish(operator, before, "a");
        assertEq(_arrived(offence, Quorum.ETH), ETH_STAKE / 10);
    }

    function test_aRefusedAssetIsNotSlashedForLaterOffences() public {
        vm.prank(address(timelock));
        symbiotic.setAsset(address(tokens[0]), Quorum.ETH, false);
        _wait(12);
        bytes32 offence = _punish(operator, _now() - 1, "a");
        assertEq(vaults[0].activeStake(), ETH_STAKE);
        assertEq(slasher.distribute(offence, address(tokens[1])), ALT_STAKE / 10);
        (, uint256 whole) =
            stakeSource.delegationAt(service, operator, Quorum.ETH, alice, _now() - 1);
        assertEq(whole, 0);
    }

    function test_slash_ofWhatIsAlreadyGoneRemovesNothing() public {
        _setRule(1e18, 0, 0);
        _wait(12);
        uint48 time = _now() - 1;
        _punish(operator, time, "a");
        _wait(12);
        bytes32 second = _punish(operator, time, "b");
        vm.expectRevert(
            abi.encodeWithSelector(IStakeSource.NotRemoved.selector, second, address(tokens[0]))
        );
        slasher.distribute(second, address(tokens[0]));
        assertEq(symbiotic.failedSlash(second, address(vaults[0])).operator, address(0));
    }

    /// The most and the least that a vault can be told.
    function test_stake_atTheEndsOfTheScale() public {
        INetworkRestakeDelegator delegator = INetworkRestakeDelegator(vaults[0].delegator());
        bytes32 subnetwork = symbiotic.subnetworkOf(service);
        vm.prank(curator);
        delegator.setNetworkLimit(subnetwork, 0);
        _wait(12);
        assertEq(_stake(operator, Quorum.ETH, _now() - 1), 0);
        (uint256 part, uint256 whole) =
            stakeSource.delegationAt(service, operator, Quorum.ETH, alice, _now() - 1);
        assertEq(part + whole, 0);
        vm.startPrank(curator);
        delegator.setNetworkLimit(subnetwork, type(uint256).max);
        delegator.setOperatorNetworkShares(subnetwork, operator, type(uint256).max);
        vm.stopPrank();
        _wait(12);
        assertEq(_stake(operator, Quorum.ETH, _now() - 1), ETH_STAKE);
    }

    function test_setVaults_takesAdmittedVaultsEachOnce() public {
        address[] memory list = new address[](1);
        list[0] = address(_createVault(address(tokens[0]), address(symbiotic), WINDOW));
        vm.startPrank(operator);
        vm.expectRevert(
            abi.encodeWithSelector(ISymbioticStakeSource.NotAdmitted.selector, service, list[0])
        );
        symbiotic.setVaults(service, list);
        address vault = address(vaults[0]);
        list = new address[](2);
        (list[0], list[1]) = (vault, vault);
        vm.expectRevert(
            abi.encodeWithSelector(ISymbioticStakeSource.VaultsNotAscending.selector, vault, vault)
        );
        symbiotic.setVaults(service, list);
        vm.expectRevert(abi.encodeWithSelector(ISymbioticStakeSource.TooManyVaults.selector, 6, 5));
        symbiotic.setVaults(service, new address[](6));
        vm.stopPrank();
    }

    function test_stake_isTheOperatorsShareUnderTheLimit() public {
        INetworkRestakeDelegator delegator = INetworkRestakeDelegator(vaults[0].delegator());
        bytes32 subnetwork = symbiotic.subnetworkOf(service);
        vm.startPrank(curator);
        delegator.setNetworkLimit(subnetwork, ETH_STAKE / 2);
        delegator.setOperatorNetworkShares(subnetwork, other, 1e18);
        vm.stopPrank();
        _wait(12);
        assertEq(_stake(operator, Quorum.ETH, _now() - 1), ETH_STAKE / 4);
        (uint256 part, uint256 whole) =
            stakeSource.delegationAt(service, operator, Quorum.ETH, alice, _now() - 1);
        assertEq(whole, ETH_STAKE / 4);
        assertEq(part, ETH_STAKE * 3 / 16);
    }

    function test_stake_countsInTheServiceOnlyThatVaultsWereNamedFor() public {
        symbiotic.admit("second", address(vaults[0]));
        _wait(12);
        assertEq(stakeSource.stakeAt("second", operator, Quorum.ETH, _now() - 1), 0);
    }

    /// Nobody can put another contract in the middleware's place.
    function test_middleware_staysTheSource() public {
        INetworkMiddlewareService middlewares =
            INetworkMiddlewareService(core.networkMiddlewareService);
        assertEq(middlewares.middleware(address(symbiotic)), address(symbiotic));
        vm.expectRevert(INetworkMiddlewareService.NotNetwork.selector);
        middlewares.setMiddleware(address(this));
        address vaultSlasher = vaults[0].slasher();
        bytes32 subnetwork = symbiotic.subnetworkOf(service);
        vm.expectRevert(IBaseSlasher.NotNetworkMiddleware.selector);
        (bool success,) = vaultSlasher.call(
            abi.encodeWithSignature(
                "slash(bytes32,address,uint256,uint48,bytes)",
                subnetwork,
                operator,
                1,
                _now() - 1,
                ""
            )
        );
        assertTrue(success, "expectRevert has seen it");
    }

    function test_slash_withoutGasDoesNotSpareAVault() public {
        vm.prank(address(slasher));
        vm.expectRevert(StakeSource.InsufficientGas.selector);
        symbiotic.slash{ gas: 1_600_000 }(service, operator, 0.1e18, _now() - 1, "a");
    }

    /// A token that fails for a while spares neither its own vault for good nor the other at all.
    function test_slash_thatFailsIsTriedAgain() public {
        uint48 time = _now() - 1;
        vm.mockCallRevert(
            address(tokens[0]), abi.encodeWithSelector(IERC20.transfer.selector), bytes("paused")
        );
        bytes32 offence = _punish(operator, time, "a");
        assertEq(symbiotic.failedSlash(offence, address(vaults[0])).operator, operator);
        assertEq(slasher.distribute(offence, address(tokens[1])), ALT_STAKE / 10);
        vm.expectRevert("paused");
        symbiotic.retry(offence, address(vaults[0]));
        vm.clearMockedCalls();
        assertEq(symbiotic.retry(offence, address(vaults[0])), ETH_STAKE / 10);
        assertEq(slasher.distribute(offence, address(tokens[0])), ETH_STAKE / 10);
        vm.expectRevert(
            abi.encodeWithSelector(
                ISymbioticStakeSource.NothingFailed.selector, offence, address(vaults[0])
            )
        );
        symbiotic.retry(offence, address(vaults[0]));
    }

    function test_slashVault_isTheSourcesOwn() public {
        ISymbioticStakeSource.FailedSlash memory order;
        vm.expectRevert(
            abi.encodeWithSelector(ISymbioticStakeSource.NotItself.selector, address(this))
        );
        symbiotic.slashVault("a", address(vaults[0]), order);
    }

    function test_vaultThatDoesNotAnswerHoldsNoStake() public {
        vm.mockCallRevert(vaults[0].delegator(), bytes(""), bytes("broken"));
        assertEq(_stake(operator, Quorum.ETH, _now() - 1), 0);
        assertEq(_stake(operator, Quorum.ALT, _now() - 1), ALT_STAKE);
    }

    function test_stake_withoutGasIsNoAnswer() public {
        vm.expectRevert(StakeSource.InsufficientGas.selector);
        stakeSource.stakeAt{ gas: 255_000 }(service, operator, Quorum.ETH, _now() - 1);
    }

    /// forge-config: default.isolate = true
    function test_gas_symbiotic() public {
        stakeSource.stakeAt(service, operator, Quorum.ETH, _now() - 1);
        vm.snapshotGasLastCall("SymbioticStakeSource", "stakeAt: one vault in each quorum");
        vm.prank(address(slasher));
        symbiotic.slash(service, operator, 0.1e18, _now() - 1, "a");
        vm.snapshotGasLastCall("SymbioticStakeSource", "slash: one vault in each quorum");
    }

    /// A page of 10 operators with a vault in each quorum, and what the table itself costs: 15
    /// million gas are enough for 60 of them.
    ///
    /// forge-config: default.isolate = true
    function test_gas_rollTheTableOfSymbioticStake() public {
        BlsKeys.Key[] memory keys = BlsKeys.keys(10);
        for (uint256 i = 0; i < keys.length; i++) {
            address who = _operator(i);
            _enter(who);
            _delegate(who, Quorum.ETH, alice, MIN_ETH);
            _delegate(who, Quorum.ALT, alice, MIN_ALT);
            _register(who, keys[i]);
        }
        _nextEpoch();
        for (uint256 i = 0; i < keys.length; i++) {
            _join(_operator(i));
        }
        _nextEpoch();
        table.roll(service, 5);
        uint256 page = vm.snapshotGasLastCall("SymbioticStakeSource", "roll: 5 of 10 operators");
        assertLt(page / 5, 260_000);
        table.roll(service, 5);
        vm.snapshotGasLastCall("SymbioticStakeSource", "roll: last 5 of 10 and the table");
        assertEq(table.stakeTableOf(service, table.currentEpoch()).operators, 10);
    }
}
