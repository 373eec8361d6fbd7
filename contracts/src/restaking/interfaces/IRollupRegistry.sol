// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @notice What this registry reads of an OP Stack chain's SystemConfig.
interface ISystemConfigAddresses {
    function optimismPortal() external view returns (address);
    function disputeGameFactory() external view returns (address);
}

/// @title IRollupRegistry
/// @notice Rollups by chain id: their contracts on this chain, who sets their settings, and which
/// services they have. No one decides disputes here: a rollup's contracts are fixed when it is
/// admitted, and every later change of a service waits `SETTINGS_DELAY`.
interface IRollupRegistry {
    /// @param owner May change the rollup's settings.
    /// @param restitutionFund Receives the rollup's share of what is slashed for harm to it.
    /// @param systemConfig, optimismPortal, disputeGameFactory The rollup's L1 contracts, for good.
    struct Rollup {
        address owner;
        address restitutionFund;
        address systemConfig;
        address optimismPortal;
        address disputeGameFactory;
    }

    /// @param enabled Whether stake tables are made for the service.
    /// @param minStake Least weight, by quorum, of an operator in the tables; wei, above 0.
    struct ServiceSettings {
        bool enabled;
        uint96[2] minStake;
    }

    event RollupRegistered(uint256 indexed chainId, Rollup rollup);
    event RestitutionFundSet(uint256 indexed chainId, address fund);
    event OwnerProposed(uint256 indexed chainId, address indexed proposed);
    event OwnerChanged(uint256 indexed chainId, address indexed previous, address indexed current);
    /// @notice `settings` hold from `activeFrom` (Unix time) on.
    event ServiceConfigured(
        uint256 indexed chainId,
        bytes32 indexed kind,
        bytes32 indexed service,
        ServiceSettings settings,
        uint48 activeFrom
    );

    error AlreadyRegistered(uint256 chainId);
    error UnknownRollup(uint256 chainId);
    error UnknownService(bytes32 service);
    error NotRollupOwner(uint256 chainId, address caller);
    error NotProposedOwner(uint256 chainId, address caller);
    /// @notice An address that must not be zero, or must be a contract, is not.
    error InvalidAddress(address given);
    /// @notice An enabled service needs a minimum stake in every quorum, or anyone could fill it.
    error MinimumStakeZero(uint8 quorum);

    /// @notice Seconds from a change of a service to its effect; the first settings hold at once.
    function SETTINGS_DELAY() external view returns (uint48);

    /// @notice Admits a rollup. Governance only: a chain id says nothing about whose it is.
    /// @param systemConfig The rollup's SystemConfig; portal and game factory are read from it.
    function register(
        uint256 chainId,
        address systemConfig,
        address owner,
        address restitutionFund
    ) external;

    /// @notice Sets the settings of a service. Rollup's owner only.
    /// @param kind Name of the service, such as "mach".
    function configureService(
        uint256 chainId,
        bytes32 kind,
        ServiceSettings calldata settings
    ) external;

    /// @notice Sets where restitution for slashes from now on goes. Rollup's owner only.
    function setRestitutionFund(
        uint256 chainId,
        address fund
    ) external;

    /// @notice Names who may become the rollup's owner; zero withdraws it. Rollup's owner only.
    function proposeOwner(
        uint256 chainId,
        address proposed
    ) external;

    /// @notice Makes the caller, who was proposed, the rollup's owner.
    function acceptOwner(
        uint256 chainId
    ) external;

    function rollupOf(
        uint256 chainId
    ) external view returns (Rollup memory);

    /// @notice keccak256(abi.encode(chainId, kind)).
    function serviceId(
        uint256 chainId,
        bytes32 kind
    ) external pure returns (bytes32);

    /// @notice The rollup that `service` is for. Reverts for a service never configured.
    function chainIdOf(
        bytes32 service
    ) external view returns (uint256);

    /// @notice The kind of `service`, such as "mach". Reverts for a service never configured.
    function kindOf(
        bytes32 service
    ) external view returns (bytes32);

    /// @notice Settings of `service` at `timestamp`; not enabled where there were none.
    function settingsAt(
        bytes32 service,
        uint48 timestamp
    ) external view returns (ServiceSettings memory);
}
