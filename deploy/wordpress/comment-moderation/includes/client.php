<?php
/**
 * Requests to the service. E-mail and IP addresses are never sent.
 */

if ( ! defined( 'ABSPATH' ) ) {
	exit;
}

/**
 * Send one request to the service.
 *
 * @param string     $method   HTTP method.
 * @param string     $path     Path, for example /v1/comments.
 * @param array|null $document JSON document, or null.
 * @param float      $timeout  Seconds: a commenter waits for the first question.
 * @return array|WP_Error The answer's document, or what went wrong.
 */
function comment_moderation_request( $method, $path, $document = null, $timeout = 1.0 ) {
	$address = comment_moderation_setting( 'address' );
	$key     = comment_moderation_setting( 'bearer_key' );
	if ( '' === $address || '' === $key ) {
		return new WP_Error( 'comment_moderation_unset', 'The address or the key of the service is not set.' );
	}
	$request = array(
		'method'      => $method,
		'timeout'     => $timeout,
		'redirection' => 0,
		'headers'     => array(
			'Authorization' => 'Bearer ' . $key,
			'Content-Type'  => 'application/json',
		),
	);
	if ( null !== $document ) {
		$request['body'] = wp_json_encode( $document );
	}
	$answer = wp_remote_request( rtrim( $address, '/' ) . $path, $request );
	if ( is_wp_error( $answer ) ) {
		return $answer;
	}
	$status = wp_remote_retrieve_response_code( $answer );
	$found  = json_decode( wp_remote_retrieve_body( $answer ), true );
	if ( $status < 200 || $status > 299 || ! is_array( $found ) ) {
		$detail = is_array( $found ) && isset( $found['detail'] ) ? ': ' . $found['detail'] : '';
		return new WP_Error( 'comment_moderation_' . $status, 'The service answered ' . $status . $detail );
	}
	return $found;
}

/**
 * Return a comment as the service takes it.
 *
 * @param string $id   The comment's name with the service.
 * @param array  $data Comment data, as WordPress hands them to its filters.
 * @return array
 */
function comment_moderation_document( $id, $data ) {
	$user_id  = isset( $data['user_id'] ) ? (int) $data['user_id'] : 0;
	$name     = isset( $data['comment_author'] ) ? $data['comment_author'] : '';
	$document = array(
		'id'     => $id,
		'text'   => $data['comment_content'],
		'format' => 'html',
		// A guest's name is no id: anybody can take it.
		'author' => array(
			'id'      => $user_id ? 'user:' . $user_id : 'guest:' . substr( md5( $name ), 0, 16 ),
			'name'    => mb_substr( $name, 0, 200 ),
			'trusted' => $user_id > 0 && user_can( $user_id, 'moderate_comments' ),
		),
	);
	$post_id = isset( $data['comment_post_ID'] ) ? (int) $data['comment_post_ID'] : 0;
	if ( $post_id ) {
		$document['thread'] = array(
			'id'    => (string) $post_id,
			'title' => mb_substr( wp_strip_all_tags( get_the_title( $post_id ) ), 0, 1000 ),
			'url'   => get_permalink( $post_id ),
		);
	}
	$parent = ! empty( $data['comment_parent'] ) ? get_comment( (int) $data['comment_parent'] ) : null;
	if ( $parent ) {
		$document['parent'] = array(
			'id'   => comment_moderation_name( $parent->comment_ID ),
			'text' => mb_substr( wp_strip_all_tags( $parent->comment_content ), 0, 5000 ),
		);
	}
	return $document;
}
