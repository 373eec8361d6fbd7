// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { IParticipation } from "./IParticipation.sol";

/// @title IOperatorRewards
/// @notice ALT for who served: a pot a service and epoch, shared by weight in the epoch's stake
/// table and by participation, between operator and delegators. Everyone takes its own.
///
/// Half of a pot is for each quorum. Of a quorum's half an operator's stake earns
/// weight / total * participation; of that the operator keeps its commission and the delegators
/// share the rest by what they had delegated when the epoch began. What no one earned or took goes
/// to the
/// treasury when the pot expires.
interface IOperatorRewards {
    event Funded(bytes32 indexed service, uint48 indexed epoch, uint256 amount);
    event OperatorPaid(
        bytes32 indexed service, uint48 indexed epoch, address indexed operator, uint256 amount
    );
    event DelegatorPaid(
        bytes32 indexed service,
        uint48 indexed epoch,
        address indexed operator,
        address delegator,
        uint256 amount
    );
    event Reclaimed(bytes32 indexed service, uint48 indexed epoch, uint256 amount);
    /// @notice `commission` (1e18 is all) holds for epochs from `fromEpoch` on.
    event CommissionSet(address indexed operator, uint256 commission, uint48 fromEpoch);
    event ParticipationSet(bytes32 indexed kind, IParticipation source, uint48 fromEpoch);

    /// @notice Who took part in the epoch can still change.
    error NotSettled(uint48 epoch, uint256 settlesAt);
    error Expired(bytes32 service, uint48 epoch);
    error NotExpired(bytes32 service, uint48 epoch);
    error NothingToClaim(address account);
    error CommissionTooHigh(uint256 commission);
    /// @notice More would be paid than there is: a source of stake or participation is wrong.
    error PotExceeded(bytes32 service, uint48 epoch, uint256 wanted, uint256 left);
    error ZeroAmount();

    /// @notice Adds ALT of the caller's to a pot, however late. Anyone. What comes after the pot
    /// has expired goes to the treasury.
    function fund(
        bytes32 service,
        uint48 epoch,
        uint256 amount
    ) external;

    /// @notice Pays the caller what it earned as an operator. Epochs without any are passed over.
    function claimOperator(
        bytes32 service,
        uint48[] calldata epochs,
        address to
    ) external returns (uint256 amount);

    /// @notice Pays the caller what it earned behind `operator`.
    function claimDelegator(
        bytes32 service,
        address operator,
        uint48[] calldata epochs,
        address to
    ) external returns (uint256 amount);

    /// @notice Sends what is left of an expired pot to the treasury. Anyone.
    function reclaim(
        bytes32 service,
        uint48 epoch
    ) external returns (uint256 amount);

    /// @notice Sets the caller's commission, for epochs after `PARAMETER_DELAY` more.
    function setCommission(
        uint64 commission
    ) external;

    /// @notice Sets who says what participation was in services of `kind`, for epochs after
    /// `PARAMETER_DELAY` more. Owner only.
    function setParticipation(
        bytes32 kind,
        IParticipation source
    ) external;

    /// @notice Earned by `operator` itself so far and not taken yet; grows when the pot does.
    function operatorClaimable(
        bytes32 service,
        uint48 epoch,
        address operator
    ) external view returns (uint256);

    /// @notice Earned by `delegator` behind `operator` and not taken yet.
    function delegatorClaimable(
        bytes32 service,
        uint48 epoch,
        address operator,
        address delegator
    ) external view returns (uint256);

    function commissionAt(
        address operator,
        uint48 epoch
    ) external view returns (uint256);

    function participationAt(
        bytes32 kind,
        uint48 epoch
    ) external view returns (IParticipation);

    /// @return funded Wei put into the pot.
    /// @return paid Wei taken from it, at most `funded`.
    function potOf(
        bytes32 service,
        uint48 epoch
    ) external view returns (uint256 funded, uint256 paid);
}
