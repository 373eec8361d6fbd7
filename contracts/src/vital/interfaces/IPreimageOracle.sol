// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title IPreimageOracle
/// @notice Data that a fault proof VM reads on chain, by typed key (OP Stack specs, fault proof,
/// "Pre-image key types"): the first byte of a key is its type, the other 31 say which preimage.
/// A preimage is read as the 8 bytes of its length, big endian, and its bytes; a *part* is 32
/// bytes of that from an offset on, zeroes behind the end. Whoever needs a part loads it, once and
/// for all: what is stored under a key of types 2 to 6 follows from the key, whoever stored it.
interface IPreimageOracle {
    /// @notice A large preimage that is on its way through the sponge.
    /// @param partOffset Of the part to keep.
    /// @param claimedSize Bytes that the preimage will have.
    /// @param bytesAbsorbed Bytes that the sponge took.
    /// @param part The 32 bytes from `partOffset` on, as far as they came.
    struct LargePreimage {
        uint32 partOffset;
        uint32 claimedSize;
        uint32 bytesAbsorbed;
        bytes32 part;
    }

    /// @notice A part became readable.
    event PreimagePartLoaded(bytes32 indexed key, uint256 indexed partOffset);
    event LargePreimageInitialized(
        address indexed claimant, uint256 indexed uuid, uint32 partOffset, uint32 claimedSize
    );
    event LargePreimageAbsorbed(
        address indexed claimant, uint256 indexed uuid, uint32 bytesAbsorbed
    );

    /// @notice The offset is behind the end of the preimage.
    error PartOffsetOOB(uint256 partOffset, uint256 size);
    /// @notice The part was not loaded.
    error PreimageNotFound(bytes32 key, uint256 offset);
    /// @notice A word has 32 bytes.
    error InvalidLocalSize(uint256 size);
    /// @notice A commitment and a proof have 48 bytes.
    error InvalidBlobInput(uint256 commitmentLength, uint256 proofLength);
    /// @notice An empty preimage needs no sponge.
    error EmptyLargePreimage();
    /// @notice The point evaluation precompile denies that the blob has this value at this point.
    error InvalidProof();
    /// @notice Not a precompile that a program may ask for.
    error UnsupportedPrecompile(address precompile);
    /// @notice This chain has no such precompile, or another than is meant.
    error PrecompileMissing(address precompile);
    /// @notice The precompile cannot fail by itself: this chain asks for more than the program
    /// does.
    error PrecompileFailed(address precompile);
    /// @notice What a call could be given is less than what makes its result certain.
    error NotEnoughGas(uint256 available, uint256 needed);
    error LargePreimageExists(address claimant, uint256 uuid);
    error LargePreimageNotFound(address claimant, uint256 uuid);
    /// @notice Bytes are missing before these, or these were absorbed already.
    error WrongStart(uint256 expected, uint256 actual);
    /// @notice Only the last piece may end inside a block of the sponge.
    error NotWholeBlocks(uint256 length);
    error TooManyBytes(uint256 claimedSize, uint256 actual);

    /// @notice A part of a preimage.
    /// @return data The 32 bytes from `offset` on.
    /// @return length How many of them the preimage has: up to 32, none at its end.
    function readPreimage(
        bytes32 key,
        uint256 offset
    ) external view returns (bytes32 data, uint256 length);

    /// @notice Seconds in which a loaded preimage can still be denied: none, everything is
    /// computed.
    function challengePeriod() external pure returns (uint256);

    /// @notice Loads data of the caller's own, key type 1. The key holds caller and context, so
    /// that nobody else can write there.
    /// @param ident 1 L1 head, 2 starting output root, 3 disputed output root, 4 disputed L2 block
    /// number, 5 chain id, 6 hash of the configuration.
    /// @param word The data, left aligned.
    /// @param size Bytes of `word` that are data, at most 32.
    function loadLocalData(
        uint256 ident,
        bytes32 localContext,
        bytes32 word,
        uint256 size,
        uint256 partOffset
    ) external returns (bytes32 key);

    /// @notice Loads a part by keccak256, key type 2.
    function loadKeccak256PreimagePart(
        uint256 partOffset,
        bytes calldata preimage
    ) external;

    /// @notice Loads a part by sha256, key type 4.
    function loadSha256PreimagePart(
        uint256 partOffset,
        bytes calldata preimage
    ) external;

    /// @notice Loads a value of a blob's polynomial, key type 5:
    /// `5 ++ keccak256(commitment ++ z)[1:]`.
    /// @param z The point, a root of unity for a field element of the blob.
    /// @param y The value, which is the preimage.
    function loadBlobPreimagePart(
        uint256 z,
        uint256 y,
        bytes calldata commitment,
        bytes calldata proof,
        uint256 partOffset
    ) external;

    /// @notice Loads what a precompile answers, key type 6:
    /// `6 ++ keccak256(precompile ++ requiredGas ++ input)[1:]`. The preimage is one byte, 1 for
    /// success or 0, and the returned data.
    /// @dev A failure is believed only if the call had so much gas that want of gas cannot be why.
    /// @param requiredGas What the precompile costs on L2.
    function loadPrecompilePreimagePart(
        uint256 partOffset,
        address precompile,
        uint64 requiredGas,
        bytes calldata input
    ) external;

    /// @notice Begins a preimage by keccak256 that is too large for one transaction. It is hashed
    /// on chain, block by block: there is nothing to challenge and nothing to bond.
    /// @param uuid The caller's name for it.
    /// @param claimedSize Bytes of the whole preimage.
    function initLPP(
        uint256 uuid,
        uint32 partOffset,
        uint32 claimedSize
    ) external;

    /// @notice Absorbs the next bytes: a multiple of 136, but for the last ones, with which the
    /// part is stored under the hash of all and the rest is forgotten.
    /// @param start Bytes that were absorbed before, so that a repeated or reordered transaction
    /// changes nothing.
    function absorbLPP(
        uint256 uuid,
        uint256 start,
        bytes calldata input
    ) external;

    /// @notice How far a large preimage is.
    function largePreimage(
        address claimant,
        uint256 uuid
    ) external view returns (LargePreimage memory);
}
