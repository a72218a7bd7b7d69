<?php
/**
 * The service tells what its moderators decided: signed messages, each applied once.
 */

if ( ! defined( 'ABSPATH' ) ) {
	exit;
}

const COMMENT_MODERATION_TOLERANCE_S = 300;

/**
 * Add the address that the service posts to: /wp-json/comment-moderation/v1/decisions
 */
function comment_moderation_register_route() {
	register_rest_route(
		'comment-moderation/v1',
		'/decisions',
		array(
			'methods'             => 'POST',
			'callback'            => 'comment_moderation_take',
			'permission_callback' => 'comment_moderation_is_signed',
		)
	);
}

/**
 * Whether a message is signed with our secret, and fresh (Standard Webhooks).
 *
 * @param WP_REST_Request $request The request.
 * @return bool
 */
function comment_moderation_is_signed( $request ) {
	$id        = (string) $request->get_header( 'webhook-id' );
	$timestamp = (string) $request->get_header( 'webhook-timestamp' );
	$secret    = comment_moderation_setting( 'signing_secret' );
	if ( '' === $secret || '' === $id || ! ctype_digit( $timestamp ) ) {
		return false;
	}
	if ( abs( time() - (int) $timestamp ) > COMMENT_MODERATION_TOLERANCE_S ) {
		return false;
	}
	$key      = base64_decode( preg_replace( '/^whsec_/', '', $secret ), true );
	$expected = 'v1,' . base64_encode(
		hash_hmac( 'sha256', $id . '.' . $timestamp . '.' . $request->get_body(), (string) $key, true )
	);
	foreach ( explode( ' ', (string) $request->get_header( 'webhook-signature' ) ) as $given ) {
		if ( hash_equals( $expected, $given ) ) {
			return true;
		}
	}
	return false;
}

/**
 * Apply a message.
 *
 * @param WP_REST_Request $request A request whose signature was right.
 * @return WP_REST_Response
 */
function comment_moderation_take( $request ) {
	$seen = 'comment_moderation_' . md5( (string) $request->get_header( 'webhook-id' ) );
	if ( get_transient( $seen ) ) {
		return comment_moderation_answer( 'taken before' );
	}
	$message = json_decode( $request->get_body(), true );
	$said    = comment_moderation_apply( is_array( $message ) ? $message : array() );
	set_transient( $seen, 1, 2 * DAY_IN_SECONDS );
	return comment_moderation_answer( $said );
}

/**
 * Answer a message.
 *
 * @param string $said What became of it.
 * @return WP_REST_Response
 */
function comment_moderation_answer( $said ) {
	return new WP_REST_Response( array( 'said' => $said ), 200 );
}

/**
 * Do what a message says.
 *
 * @param array $message The message.
 * @return string What became of it.
 */
function comment_moderation_apply( $message ) {
	$type = isset( $message['type'] ) ? $message['type'] : '';
	$data = isset( $message['data'] ) && is_array( $message['data'] ) ? $message['data'] : array();
	if ( 'comment.decided' !== $type && 'comment.decision_undone' !== $type ) {
		return 'nothing to do';
	}
	$found = get_comments(
		array(
			'meta_key'   => COMMENT_MODERATION_NAME,
			'meta_value' => isset( $data['comment_id'] ) ? $data['comment_id'] : '',
			'status'     => 'any',
			'number'     => 1,
		)
	);
	if ( ! $found ) {
		return 'no such comment';
	}
	$comment_id = (int) $found[0]->comment_ID;
	$known      = get_comment_meta( $comment_id, COMMENT_MODERATION_REVISION, true );
	if ( $known && isset( $data['revision'] ) && $known !== $data['revision'] ) {
		return 'the comment was edited since';
	}
	$status = comment_moderation_status_for( $type, $data );
	return comment_moderation_act( $comment_id, $status ) ? 'now ' . $status : 'as it was';
}

/**
 * Return the status that a message asks for.
 *
 * @param string $type The message's type.
 * @param array  $data The message's data.
 * @return string
 */
function comment_moderation_status_for( $type, $data ) {
	if ( 'comment.decision_undone' === $type ) {
		return isset( $data['verdict'] ) && 'hold' === $data['verdict'] ? 'hold' : 'approve';
	}
	if ( isset( $data['decision'] ) && 'approve' === $data['decision'] ) {
		return 'approve';
	}
	return comment_moderation_setting( 'when_rejected' );
}
