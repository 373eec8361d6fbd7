// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { IStakeSource } from "../../../src/restaking/interfaces/IStakeSource.sol";
import { BlsKeys } from "./BlsKeys.sol";
import { RestakedSystem } from "./RestakedSystem.sol";
import { StakeSourceDouble } from "./StakeSourceDouble.sol";
import { IERC20 } from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @notice A rollup with one service, restaked through a double of a restaking protocol.
abstract contract RestakingTest is RestakedSystem {
    StakeSourceDouble internal source;

    function _prepare() internal virtual override { }

    function _newSource(
        address slasher_
    ) internal virtual override returns (IStakeSource) {
        source = new StakeSourceDouble(slasher_, WINDOW, [IERC20(tokens[0]), IERC20(tokens[1])]);
        return source;
    }

    function _deposit(
        address operator,
        uint8 quorum,
        uint256 amount
    ) internal {
        tokens[quorum].mint(address(this), amount);
        tokens[quorum].approve(address(source), amount);
        source.deposit(service, operator, quorum, amount);
    }

    /// @dev Key, membership and stake from now on; a seat can be taken in the next epoch.
    function _enrol(
        address operator,
        BlsKeys.Key memory key,
        uint256 eth,
        uint256 alt
    ) internal {
        _register(operator, key);
        source.setMember(service, operator, true);
        _deposit(operator, 0, eth);
        _deposit(operator, 1, alt);
    }
}
