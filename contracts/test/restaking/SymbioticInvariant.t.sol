// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { IEvidenceModule } from "../../src/restaking/interfaces/IEvidenceModule.sol";
import { ISlasher } from "../../src/restaking/interfaces/ISlasher.sol";
import { IStakeSource } from "../../src/restaking/interfaces/IStakeSource.sol";
import { SymbioticFixture } from "./utils/SymbioticFixture.sol";
import { Math } from "@openzeppelin/contracts/utils/math/Math.sol";
import {
    INetworkRestakeDelegator
} from "@symbioticfi/core/src/interfaces/delegator/INetworkRestakeDelegator.sol";
import {
    ISlasher as ISymbioticSlasher
} from "@symbioticfi/core/src/interfaces/slasher/ISlasher.sol";
import { IVault } from "@symbioticfi/core/src/interfaces/vault/IVault.sol";
import { LibSort } from "solady/utils/LibSort.sol";

/// @notice Slasher and SymbioticStakeSource on Symbiotic Core itself: delegators, offenders, a
/// curator and governance, all at once. Two operators with vaults of their own; the second shares
/// the first one's vaults too.
contract SymbioticInvariants is SymbioticFixture {
    address[2] private _operators;
    address[2] private _delegators;
    IVault[4] private _all;
    bytes32[] private _punished;
    mapping(bytes32 offence => uint48) private _timeOf;
    mapping(bytes32 offence => address) private _offenderOf;

    uint256[2] public deposited;
    uint256[2] public withdrawn;
    uint256[2] public removed;
    uint256[2] public received;
    /// @notice What the rules say of what was received: the burned rest, restitution and reward.
    uint256[3][2] public byRule;
    uint256[3][2] public paid;
    uint256 public refusedAgain;
    uint256 public slashedLate;

    function setUp() public override {
        super.setUp();
        _enter(other);
        _operators = [operator, other];
        _delegators = [alice, bob];
        deposited = [ETH_STAKE, ALT_STAKE];
        address[] memory list = new address[](4);
        for (uint256 i = 0; i < 4; i++) {
            _all[i] = vaultsOf[_operators[i / 2]][i % 2];
            list[i] = address(_all[i]);
            if (i < 2) _share(_all[i]);
        }
        LibSort.sort(list);
        vm.prank(other);
        symbiotic.setVaults(service, list);
        for (uint256 i = 0; i < 8; i++) {
            this.deposit(i, i / 4, 1000e18);
        }
        _wait(WINDOW);
        bytes4[] memory selectors = new bytes4[](10);
        selectors[0] = this.deposit.selector;
        selectors[1] = this.beginWithdrawal.selector;
        selectors[2] = this.finishWithdrawal.selector;
        selectors[3] = this.divide.selector;
        selectors[4] = this.setRule.selector;
        selectors[5] = this.slash.selector;
        selectors[6] = this.slashAgain.selector;
        selectors[7] = this.distribute.selector;
        selectors[8] = this.claim.selector;
        selectors[9] = this.wait.selector;
        targetSelector(FuzzSelector(address(this), selectors));
        targetContract(address(this));
    }

    /// @dev `other` gets half of a vault.
    function _share(
        IVault vault
    ) private {
        bytes32 subnetwork = symbiotic.subnetworkOf(service);
        INetworkRestakeDelegator delegator = _delegatorOf(vault);
        vm.prank(curator);
        delegator.setOperatorNetworkShares(subnetwork, other, 1e18);
        vm.prank(other);
        vaultOptIns.optIn(address(vault));
    }

    function _delegatorOf(
        IVault vault
    ) private view returns (INetworkRestakeDelegator) {
        return INetworkRestakeDelegator(vault.delegator());
    }

    function deposit(
        uint256 seed,
        uint256 who,
        uint256 amount
    ) external {
        uint8 quorum = uint8(seed % 2);
        IVault vault = vaultsOf[_operators[who % 2]][quorum];
        // Where slashes left next to nothing of a vault, a deposit's shares grow by as much: such a
        // vault is of no use to anyone.
        if (vault.activeShares() > 1e36) return;
        amount = bound(amount, 1e9, 1e26);
        _delegate(_operators[who % 2], quorum, _delegators[seed / 2 % 2], amount);
        deposited[quorum] += amount;
    }

    function beginWithdrawal(
        uint256 seed,
        uint256 who,
        uint256 amount
    ) external {
        address delegator = _delegators[seed / 2 % 2];
        address of_ = _operators[who % 2];
        uint256 stake = vaultsOf[of_][seed % 2].activeBalanceOf(delegator);
        if (stake == 0) return;
        _beginWithdrawal(of_, uint8(seed % 2), delegator, bound(amount, 1, stake));
    }

    function finishWithdrawal(
        uint256 seed,
        uint256 who
    ) external {
        withdrawn[
            seed
            % 2
        ] += _finishWithdrawal(_operators[who % 2], uint8(seed % 2), _delegators[seed / 2 % 2]);
    }

    /// @dev The curator gives an operator more or less of a vault, or none.
    function divide(
        uint256 seed,
        uint256 shares
    ) external {
        IVault vault = _all[seed % 4];
        address who = seed % 4 < 2 ? _operators[seed / 4 % 2] : other;
        bytes32 subnetwork = symbiotic.subnetworkOf(service);
        shares = bound(shares, 0, 2e18);
        INetworkRestakeDelegator delegator = _delegatorOf(vault);
        if (delegator.operatorNetworkShares(subnetwork, who) == shares) return;
        vm.prank(curator);
        delegator.setOperatorNetworkShares(subnetwork, who, shares);
    }

    function setRule(
        uint256 fraction,
        uint256 reward,
        uint256 restitution
    ) external {
        reward = bound(reward, 0, 0.5e18);
        restitution = bound(restitution, 0, 1e18 - reward);
        _setRule(uint64(bound(fraction, 1, 1e18)), uint64(reward), uint64(restitution));
    }

    function slash(
        uint256 seed,
        uint256 age
    ) external {
        uint48 time = uint48(block.timestamp - bound(age, 1, WINDOW));
        ISlasher.Rule memory rule = slasher.ruleAt(OFFENCE_KIND, time);
        if (rule.fraction == 0) return;
        address offender = _operators[seed % 2];
        uint256[2] memory expected;
        for (uint256 i = 0; i < 4; i++) {
            expected[i % 2] += _expected(_all[i], offender, time, rule.fraction);
        }
        uint256[2] memory before = _inVaults();
        uint256[2] memory at = _balances(address(symbiotic));
        bytes32 offence = _punish(offender, time, bytes32(_punished.length));
        for (uint256 q = 0; q < 2; q++) {
            uint256 lost = before[q] - _inVaults()[q];
            assertEq(lost, expected[q], "delegators lose exactly the fraction, as far as in reach");
            assertEq(_balances(address(symbiotic))[q] - at[q], lost, "all of it is at the source");
            removed[q] += lost;
        }
        for (uint256 i = 0; i < 4; i++) {
            assertEq(symbiotic.failedSlash(offence, address(_all[i])).operator, address(0));
        }
        _punished.push(offence);
        (_timeOf[offence], _offenderOf[offence]) = (time, offender);
    }

    /// @dev Of one vault: the fraction of what was the offender's then, as far as it is in reach. A
    /// curator that moves stake from one operator to the other makes it answer for both, once.
    function _expected(
        IVault vault,
        address offender,
        uint48 time,
        uint256 fraction
    ) private returns (uint256) {
        bytes32 subnetwork = symbiotic.subnetworkOf(service);
        uint256 stake = _delegatorOf(vault).stakeAt(subnetwork, offender, time, "");
        ISymbioticSlasher with = ISymbioticSlasher(vault.slasher());
        uint48 latest = with.latestSlashedCaptureTimestamp(subnetwork, offender);
        if (latest > time) slashedLate++;
        uint48 capture = latest > time ? latest : time;
        uint256 most = with.slashableStake(subnetwork, offender, capture, "");
        uint256 epoch = vault.currentEpoch();
        uint256 there = vault.activeStake() + vault.withdrawals(epoch + 1);
        if (vault.epochAt(capture) < epoch) there += vault.withdrawals(epoch);
        return Math.min(stake * fraction / 1e18, Math.min(most, there));
    }

    /// @dev Whoever tries it again is refused.
    function slashAgain(
        uint256 seed
    ) external {
        if (_punished.length == 0) return;
        uint256 index = seed % _punished.length;
        bytes32 offence = _punished[index];
        (uint48 time, address who) = (_timeOf[offence], _offenderOf[offence]);
        vm.expectRevert(abi.encodeWithSelector(ISlasher.AlreadyPunished.selector, offence));
        slasher.slash(OFFENCE_KIND, who, time, abi.encode(bytes32(index)), 0);
        refusedAgain++;
    }

    function distribute(
        uint256 seed,
        uint256 quorum
    ) external {
        if (_punished.length == 0) return;
        bytes32 offence = _punished[seed % _punished.length];
        try slasher.distribute(offence, address(tokens[quorum % 2])) returns (uint256 amount) {
            received[quorum % 2] += amount;
            ISlasher.Slash memory by = slasher.slashOf(offence);
            uint256 restitution = amount * by.restitutionShare / 1e18;
            uint256 reward = amount * by.rewardShare / 1e18;
            byRule[quorum % 2][0] += amount - restitution - reward;
            byRule[quorum % 2][1] += restitution;
            byRule[quorum % 2][2] += reward;
        } catch (bytes memory reason) {
            assertTrue(
                bytes4(reason) == ISlasher.NothingReceived.selector
                    || bytes4(reason) == IStakeSource.NotRemoved.selector
            );
        }
    }

    function claim(
        uint256 seed
    ) external {
        address account = _creditors()[seed / 2 % 3];
        address asset = address(tokens[seed % 2]);
        if (slasher.claimable(account, asset) == 0) return;
        paid[seed % 2][seed / 2 % 3] += slasher.claim(account, asset);
    }

    function wait(
        uint256 time
    ) external {
        _wait(bound(time, 1, 4 days));
    }

    function _creditors() private view returns (address[3] memory) {
        return [slasher.BURN_ADDRESS(), fund, reporter];
    }

    function _inVaults() private view returns (uint256[2] memory sums) {
        for (uint256 i = 0; i < 4; i++) {
            sums[i % 2] += tokens[i % 2].balanceOf(address(_all[i]));
        }
    }

    function _balances(
        address account
    ) private view returns (uint256[2] memory) {
        return [tokens[0].balanceOf(account), tokens[1].balanceOf(account)];
    }

    /// @dev Deposited = in the vaults + withdrawn + removed; what was removed is with the source,
    /// or burned, rewarded and restituted by its rule, credited or paid; and a vault can pay what
    /// it
    /// owes.
    function invariant_everyWeiIsAccountedFor() public view {
        uint256[2] memory held = _inVaults();
        for (uint256 q = 0; q < 2; q++) {
            assertEq(deposited[q], held[q] + withdrawn[q] + removed[q], "deposited");
            uint256 uncollected = tokens[q].balanceOf(address(symbiotic));
            assertEq(removed[q], uncollected + received[q], "removed");
            assertEq(symbiotic.held(address(tokens[q])), uncollected);
            uint256 credited;
            for (uint256 i = 0; i < 3; i++) {
                address account = _creditors()[i];
                uint256 due = slasher.claimable(account, address(tokens[q]));
                assertEq(byRule[q][i], due + paid[q][i], "shares");
                assertEq(tokens[q].balanceOf(account), paid[q][i], "paid");
                credited += due;
            }
            assertEq(received[q], byRule[q][0] + byRule[q][1] + byRule[q][2], "received");
            assertEq(tokens[q].balanceOf(address(slasher)), credited);
        }
        for (uint256 i = 0; i < 4; i++) {
            assertGe(tokens[i % 2].balanceOf(address(_all[i])), _all[i].totalStake(), "solvent");
        }
    }

    /// @dev What the runs draw at random, once in order: every branch of the handler is reached.
    function test_theHandlerReachesWhatItIsFor() public {
        this.setRule(0.3e18, 0.2e18, 0.3e18);
        this.divide(4, 2e18);
        this.wait(1 days);
        this.beginWithdrawal(0, 0, 100e18);
        this.slash(0, 1);
        // An offence before the one slashed last: Symbiotic is given the later time.
        this.slash(0, 20 hours);
        assertGt(slashedLate, 0);
        this.slash(1, 1);
        this.slashAgain(0);
        for (uint256 i = 0; i < 3; i++) {
            this.distribute(i, 0);
            this.distribute(i, 1);
        }
        this.distribute(0, 0);
        for (uint256 seed = 0; seed < 6; seed++) {
            this.claim(seed);
        }
        for (uint256 i = 0; i < 4; i++) {
            this.wait(4 days);
        }
        this.finishWithdrawal(0, 0);
        for (uint256 q = 0; q < 2; q++) {
            assertGt(removed[q], 0);
            assertEq(received[q], removed[q]);
            assertEq(paid[q][0] + paid[q][1] + paid[q][2], removed[q]);
            assertGt(paid[q][0], 0);
            assertGt(paid[q][1], 0);
            assertGt(paid[q][2], 0);
        }
        assertGt(withdrawn[0], 0);
        assertEq(refusedAgain, 1);
        invariant_everyWeiIsAccountedFor();
    }
}
