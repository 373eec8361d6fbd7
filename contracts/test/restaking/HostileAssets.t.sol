// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { IEvidenceModule } from "../../src/restaking/interfaces/IEvidenceModule.sol";
import { ISlasher } from "../../src/restaking/interfaces/ISlasher.sol";
import {
    FeeToken,
    RebasingToken,
    ReentrantToken,
    RevertingToken
} from "../alt/utils/HostileTokens.sol";
import { BlsKeys } from "./utils/BlsKeys.sol";
import { TokenDouble } from "./utils/Doubles.sol";
import { RestakingTest } from "./utils/RestakingTest.sol";

/// @notice Assets that no source should accept: what they break is their own, never the other
/// quorum's. The hostile one is in the ETH quorum.
abstract contract HostileAssetTest is RestakingTest {
    uint256 internal constant STAKE = 1000e18;
    address internal operator = makeAddr("operator");
    address internal reporter = makeAddr("reporter");

    function _hostile() internal virtual returns (address);

    function _newTokens() internal override returns (TokenDouble[2] memory) {
        return [TokenDouble(_hostile()), new TokenDouble("ALT")];
    }

    function setUp() public override {
        super.setUp();
        source.setMember(service, operator, true);
        for (uint8 quorum = 0; quorum < 2; quorum++) {
            tokens[quorum].mint(address(source), 10 * STAKE);
            _deposit(operator, quorum, STAKE);
        }
        vm.warp(block.timestamp + 1 hours);
    }

    function _slash() internal returns (bytes32) {
        uint48 time = uint48(block.timestamp);
        evidence.prove(operator, time, "", IEvidenceModule.Offence(service, "a", reporter));
        return slasher.slash(OFFENCE_KIND, operator, time, "", 0);
    }

    /// @dev The honest asset's tenth is shared and paid as ever.
    function _checkTheOther(
        bytes32 offence
    ) internal {
        address alt = address(tokens[1]);
        assertEq(slasher.distribute(offence, alt), STAKE / 10);
        assertEq(slasher.claim(reporter, alt), STAKE / 10 / 5);
        assertEq(slasher.claim(fund, alt), STAKE / 10 * 3 / 10);
        assertEq(slasher.claim(slasher.BURN_ADDRESS(), alt), STAKE / 10 / 2);
    }
}

contract FeeOnTransferAssetTest is HostileAssetTest {
    function _hostile() internal override returns (address) {
        return address(new FeeToken());
    }

    /// What arrives is what is shared, so that every credit is covered.
    function test_sharesAreOfWhatArrived() public {
        bytes32 offence = _slash();
        address asset = address(tokens[0]);
        uint256 arrived = STAKE / 10 * 99 / 100;
        assertEq(slasher.distribute(offence, asset), arrived);
        assertEq(tokens[0].balanceOf(address(slasher)), arrived);
        slasher.claim(reporter, asset);
        slasher.claim(fund, asset);
        slasher.claim(slasher.BURN_ADDRESS(), asset);
        assertEq(tokens[0].balanceOf(address(slasher)), 0);
        _checkTheOther(offence);
    }
}

contract RebasingAssetTest is HostileAssetTest {
    function _hostile() internal override returns (address) {
        return address(new RebasingToken());
    }

    /// Who claims last after a loss goes short, of this asset alone.
    function test_aLossStopsTheLastClaimOfItAlone() public {
        bytes32 offence = _slash();
        address asset = address(tokens[0]);
        slasher.distribute(offence, asset);
        RebasingToken(asset).rebase(1, 2);
        slasher.claim(reporter, asset);
        slasher.claim(fund, asset);
        address burn = slasher.BURN_ADDRESS();
        vm.expectRevert();
        slasher.claim(burn, asset);
        _checkTheOther(offence);
    }

    function test_aGainIsNoOnes() public {
        bytes32 offence = _slash();
        address asset = address(tokens[0]);
        slasher.distribute(offence, asset);
        RebasingToken(asset).rebase(2, 1);
        assertEq(slasher.claim(reporter, asset), STAKE / 10 / 5);
        vm.expectRevert(abi.encodeWithSelector(ISlasher.NothingReceived.selector, offence, asset));
        slasher.distribute(offence, asset);
        _checkTheOther(offence);
    }
}

contract RevertingAssetTest is HostileAssetTest {
    function _hostile() internal override returns (address) {
        return address(new RevertingToken());
    }

    function test_aRefusalStopsItselfAlone() public {
        bytes32 offence = _slash();
        address asset = address(tokens[0]);
        RevertingToken(asset).refuse(true);
        vm.expectRevert("refused");
        slasher.distribute(offence, asset);
        _checkTheOther(offence);
        RevertingToken(asset).refuse(false);
        assertEq(slasher.distribute(offence, asset), STAKE / 10);
        RevertingToken(asset).refuse(true);
        vm.expectRevert("refused");
        slasher.claim(reporter, asset);
        assertEq(slasher.claimable(reporter, asset), STAKE / 10 / 5);
    }
}

contract ReentrantAssetTest is HostileAssetTest {
    function _hostile() internal override returns (address) {
        return address(new ReentrantToken());
    }

    function test_aCallBackGainsNothing() public {
        bytes32 offence = _slash();
        ReentrantToken asset = ReentrantToken(address(tokens[0]));
        asset.arm(
            address(slasher), abi.encodeCall(slasher.distribute, (offence, address(tokens[1])))
        );
        assertEq(slasher.distribute(offence, address(asset)), STAKE / 10);
        assertFalse(asset.succeeded());
        asset.arm(address(slasher), abi.encodeCall(slasher.claim, (reporter, address(asset))));
        slasher.claim(reporter, address(asset));
        assertFalse(asset.succeeded());
        assertEq(asset.balanceOf(reporter), STAKE / 10 / 5);
        _checkTheOther(offence);
    }
}

/// @notice Blocks that someone fills, and calls that someone makes first.
contract GriefingTest is RestakingTest {
    address internal operator = makeAddr("operator");

    /// All blocks of an epoch but the last moment of the grace period's are stuffed: one
    /// transaction in all that time keeps the service going.
    function test_stuffedEpochs_oneRollKeepsTheService() public {
        _enrolOne();
        _nextEpoch();
        _join(operator);
        _nextEpoch();
        table.roll(service, 10);
        uint48 rolled = table.currentEpoch();
        // The next epoch is stuffed until the grace period of this one ends.
        vm.warp(table.epochStart(rolled + 1) + GRACE);
        assertTrue(table.isUsable(service, rolled));
        table.roll(service, 10);
        vm.warp(block.timestamp + 1);
        assertFalse(table.isUsable(service, rolled));
        assertTrue(table.isUsable(service, rolled + 1));
    }

    /// Evidence that was kept out of blocks for days still slashes.
    function test_stuffedDays_evidenceStillCounts() public {
        _enrolOne();
        _nextEpoch();
        uint48 time = table.epochStart(table.currentEpoch());
        evidence.prove(operator, time, "", IEvidenceModule.Offence(service, "a", address(1)));
        vm.warp(time + EPOCH + GRACE + EVIDENCE);
        slasher.slash(OFFENCE_KIND, operator, time, "", 0);
        assertLt(source.held(service, operator, 0), MIN_ETH);
    }

    /// Rolling for others, in the smallest pages, takes nothing from them.
    function test_griefedEpoch_pagesOfOneMakeTheSameTable() public {
        _enrolOne();
        _nextEpoch();
        _join(operator);
        _nextEpoch();
        vm.prank(makeAddr("griefer"));
        assertTrue(table.roll(service, 1));
        assertEq(table.stakeTableOf(service, table.currentEpoch()).totals[0], MIN_ETH);
    }

    function _enrolOne() private {
        source.setMember(service, operator, true);
        _deposit(operator, 0, MIN_ETH);
        _deposit(operator, 1, MIN_ALT);
        _registerOne();
    }

    function _registerOne() private {
        BlsKeys.Key[] memory keys = BlsKeys.keys(1);
        _register(operator, keys[0]);
    }
}
