// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { IParticipation } from "../../../src/alt/interfaces/IParticipation.sol";

/// @notice Participation as a test says it was; complete where it says nothing.
contract ParticipationDouble is IParticipation {
    struct Said {
        bool said;
        uint256 done;
        uint256 possible;
    }

    mapping(uint48 epoch => mapping(address operator => Said)) private _said;

    function say(
        uint48 epoch,
        address operator,
        uint256 done,
        uint256 possible
    ) external {
        _said[epoch][operator] = Said(true, done, possible);
    }

    function participationOf(
        bytes32,
        uint48 epoch,
        address operator
    ) external view returns (uint256 done, uint256 possible) {
        Said memory said = _said[epoch][operator];
        return said.said ? (said.done, said.possible) : (100, 100);
    }
}
