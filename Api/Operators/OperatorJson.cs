using System.Text.Json.Serialization;
using OrleansSale.Api.Http;

namespace OrleansSale.Api.Operators;

/// <summary>Reads and writes the bodies of the operators' endpoints.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, Converters = [typeof(InstantFormat)])]
[JsonSerializable(typeof(OperatorOrderList))]
[JsonSerializable(typeof(FoundOrderList))]
[JsonSerializable(typeof(OperatorReservationList))]
[JsonSerializable(typeof(OperatorPlaceList))]
[JsonSerializable(typeof(OperatorBatchList))]
[JsonSerializable(typeof(FaultList))]
[JsonSerializable(typeof(CreateBatchBody))]
[JsonSerializable(typeof(ReasonBody))]
[JsonSerializable(typeof(UnitsBody))]
[JsonSerializable(typeof(ExtendBody))]
[JsonSerializable(typeof(RescheduleBody))]
[JsonSerializable(typeof(RecallRequestBody))]
[JsonSerializable(typeof(RecallBody))]
[JsonSerializable(typeof(UserReasonBody))]
[JsonSerializable(typeof(ErasedBody))]
[JsonSerializable(typeof(GrantBody))]
[JsonSerializable(typeof(ReasonCodeBody))]
[JsonSerializable(typeof(ShipBody))]
[JsonSerializable(typeof(ApproveBody))]
[JsonSerializable(typeof(ApprovedBody))]
[JsonSerializable(typeof(OperatorOrderBody))]
[JsonSerializable(typeof(ProposalBody))]
[JsonSerializable(typeof(ProposalList))]
public sealed partial class OperatorJson : JsonSerializerContext
{
    /// <summary>The context to write with.</summary>
    public static OperatorJson Wire => field ??= new(WireFormat.Readable(Default.Options));
}
