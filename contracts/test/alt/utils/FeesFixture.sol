// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { OperatorRewards } from "../../../src/alt/OperatorRewards.sol";
import { ServiceFees } from "../../../src/alt/ServiceFees.sol";
import { IServiceFees } from "../../../src/alt/interfaces/IServiceFees.sol";
import { BlsKeys } from "../../restaking/utils/BlsKeys.sol";
import { RestakingTest } from "../../restaking/utils/RestakingTest.sol";
import { ParticipationDouble } from "./ParticipationDouble.sol";

/// @notice Fees and rewards of one service, on the double of a restaking protocol.
abstract contract FeesFixture is RestakingTest {
    uint48 internal constant NOTICE = 3;
    uint48 internal constant PARAMETER_DELAY = 1;
    uint256 internal constant REPORT_TIME = 6 hours;
    uint256 internal constant CLAIM_PERIOD = 180 days;
    uint256 internal constant RATE = 1000e18;

    OperatorRewards internal rewards;
    ServiceFees internal fees;
    ParticipationDouble internal participation;
    address internal treasury = makeAddr("treasury");
    address internal payer = makeAddr("payer");

    function setUp() public virtual override {
        super.setUp();
        rewards = new OperatorRewards(
            tokens[1],
            table,
            treasury,
            address(timelock),
            PARAMETER_DELAY,
            REPORT_TIME,
            CLAIM_PERIOD
        );
        fees = new ServiceFees(tokens[1], table, rewards, address(timelock), NOTICE, _rates());
        participation = new ParticipationDouble();
        vm.prank(address(timelock));
        rewards.setParticipation(KIND, participation);
        // Who reports participation holds for later epochs.
        for (uint256 i = 0; i <= NOTICE; i++) {
            _nextEpoch();
        }
    }

    function _rates() internal pure returns (IServiceFees.Rate[] memory rates) {
        rates = new IServiceFees.Rate[](1);
        rates[0] = IServiceFees.Rate(KIND, RATE);
    }

    function _prepay(
        address from,
        uint256 amount
    ) internal {
        tokens[1].mint(from, amount);
        vm.startPrank(from);
        tokens[1].approve(address(fees), amount);
        fees.prepay(service, amount);
        vm.stopPrank();
    }

    function _fund(
        uint48 epoch,
        uint256 amount
    ) internal {
        tokens[1].mint(address(this), amount);
        tokens[1].approve(address(rewards), amount);
        rewards.fund(service, epoch, amount);
    }

    /// @dev Two operators with a seat each, 3 : 1 in ETH and 1 : 1 in ALT.
    function _seatTwo() internal returns (address[2] memory seated) {
        BlsKeys.Key[] memory keys = BlsKeys.keys(2);
        for (uint256 i = 0; i < 2; i++) {
            seated[i] = _operator(i);
            _enrol(seated[i], keys[i], i == 0 ? 300e18 : 100e18, 50_000e18);
        }
        _nextEpoch();
        _join(seated[0]);
        _join(seated[1]);
        _nextEpoch();
    }

    function _one(
        uint48 epoch
    ) internal pure returns (uint48[] memory epochs) {
        epochs = new uint48[](1);
        epochs[0] = epoch;
    }
}
